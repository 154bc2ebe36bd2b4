#include "harness/load/http_request.hpp"

#include <strings.h>

namespace leakcheck::load {

const std::string* find_header(const HttpRequest& request, const std::string& name) {
  for (const auto& [present, value] : request.headers)
    if (::strcasecmp(present.c_str(), name.c_str()) == 0) return &value;
  return nullptr;
}

}  // namespace leakcheck::load
