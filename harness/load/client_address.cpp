#include "harness/load/client_address.hpp"

#include "harness/load/escaping.hpp"

namespace leakcheck::load {

void append_client_address(std::string& out, std::int64_t iteration, std::int64_t distinct) {
  const std::int64_t host = (iteration % distinct + 1) % kMostClientAddresses;
  out += "10.";
  append_number(out, host >> 16);
  out += '.';
  append_number(out, host >> 8 & 0xff);
  out += '.';
  append_number(out, host & 0xff);
}

}  // namespace leakcheck::load
