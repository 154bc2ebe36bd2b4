#include "harness/load/client_address.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace leakcheck::load;

namespace {

std::string address(std::int64_t iteration, std::int64_t distinct = kMostClientAddresses) {
  std::string out;
  append_client_address(out, iteration, distinct);
  return out;
}

}  // namespace

TEST_CASE("client_address: one for each iteration") {
  CHECK(address(0) == "10.0.0.1");
  CHECK(address(65'535) == "10.1.0.0");
  std::set<std::string> seen;
  for (std::int64_t i = 0; i < 100'000; ++i) seen.insert(address(i * 167));
  CHECK(seen.size() == 100'000);
}

TEST_CASE("client_address: so many distinct ones, in turn") {
  std::set<std::string> seen;
  for (std::int64_t i = 0; i < 10'000; ++i) seen.insert(address(i, 1'000));
  CHECK(seen.size() == 1'000);
  CHECK(address(1'234, 1'000) == address(234, 1'000));
  CHECK(address(INT64_MAX, 1) == "10.0.0.1");
}
