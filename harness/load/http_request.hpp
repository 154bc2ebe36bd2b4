#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/scenario.hpp"

namespace leakcheck::load {

/// One request as text. Nothing else is sent but Host and Content-Length, where `headers` lack
/// them.
struct HttpRequest {
  model::Method method = model::Method::get;
  std::string url;  ///< absolute
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> body;
};

/// The value of a header, if it is there. Shape: names compare without case.
const std::string* find_header(const HttpRequest& request, const std::string& name);

}  // namespace leakcheck::load
