#pragma once

#include <string>
#include <vector>

#include "harness/load/http_request.hpp"
#include "harness/load/request_plan.hpp"
#include "harness/model/scenario.hpp"

namespace leakcheck::test {

inline Template text(const std::string& source) {
  return *parse_template(source);
}

inline model::RequestStep step(model::Method method, const std::string& url) {
  model::RequestStep out;
  out.method = method;
  out.url = text(url);
  out.name = "a step";
  return out;
}

/// "Name: value|Name: value|".
inline std::string list(const load::HttpRequest& request) {
  std::string out;
  for (const auto& [name, value] : request.headers) {
    out += name;
    out += ": ";
    out += value;
    out += '|';
  }
  return out;
}

}  // namespace leakcheck::test
