#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/load/http_request.hpp"
#include "harness/load/variables.hpp"
#include "harness/model/scenario.hpp"

namespace leakcheck::load {

/// A step of the scenario, ready to be rendered into a request any number of times.
class RequestPlan {
 public:
  /// Every request gets User-Agent, Accept, the body's Content-Type and, without `keep_alive`,
  /// "Connection: close", unless the step has a header of that name.
  /// Errors: ErrorKind::load for variables that do not exist and a body for HEAD.
  static Result<RequestPlan> compile(const model::RequestStep& step, const std::string& base_url,
                                     const Surroundings& surroundings, bool keep_alive);

  /// Whether all renderings are the same.
  bool is_literal() const { return is_literal_; }
  HttpRequest render(RequestValues& values) const;

  const std::string& name() const { return name_; }
  bool expects(int status) const;

 private:
  Result<CompiledTemplate> compile_part(const Template& text, const Surroundings& surroundings,
                                        Place place);

  std::string name_;
  model::Method method_ = model::Method::get;
  std::string url_prefix_;
  CompiledTemplate url_;
  std::vector<std::pair<std::string, CompiledTemplate>> headers_;
  std::optional<CompiledTemplate> body_;
  std::vector<int> expect_status_;
  bool is_literal_ = true;
};

}  // namespace leakcheck::load
