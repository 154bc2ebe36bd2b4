#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/load/http_request.hpp"
#include "harness/load/variables.hpp"
#include "harness/load/wire_text.hpp"
#include "harness/model/scenario.hpp"

namespace leakcheck::load {

/// What all requests of a load have in common.
struct RequestSetting {
  std::string base_url;
  bool keep_alive = true;
  std::vector<model::Header> headers{};  ///< of every request that has none of the name
};

/// A step of the scenario, ready to be rendered into a request any number of times.
class RequestPlan {
 public:
  /// Every request gets User-Agent, Accept, the body's Content-Type and, without keep_alive,
  /// "Connection: close", then the setting's headers, unless the step has a header of that name;
  /// one of the setting's is left out while a value in it was not captured. A fragment of the URL
  /// is dropped. Errors: ErrorKind::load for variables that do not exist, URLs that are none and a
  /// body for
  ///         HEAD.
  static Result<RequestPlan> compile(const model::RequestStep& step, const RequestSetting& setting,
                                     const Surroundings& surroundings);

  /// Whether all renderings are the same.
  bool is_literal() const { return is_literal_; }
  /// "no value for id", when a variable was not captured so far: the request cannot be made. The
  /// text lives as long as the plan.
  const std::string* find_missing(const RequestValues& values) const;

  /// Whether it goes to the target's own origin: others get none of its cookies, and give none.
  bool goes_to_target() const { return goes_to_target_; }

  /// For the full path.
  HttpRequest render(RequestValues& values, const CookieSource& cookies = {}) const;

  /// Whether the fast path can send it: HTTP/1.1 to the target's own origin, with nothing that only
  /// libcurl does.
  bool fits_fast_path() const { return wire_.has_value(); }
  /// Appends the bytes that the full path would send, and returns where the body begins in `out`.
  /// Shape: fits_fast_path().
  std::size_t render_wire(std::string& out, RequestValues& values,
                          const CookieSource& cookies = {}) const {
    return wire_->append_to(out, values, cookies);
  }

  const std::string& name() const { return name_; }
  bool expects(int status) const;

 private:
  Result<CompiledTemplate> compile_part(const Template& text, const Surroundings& surroundings,
                                        Place place);
  Result<void> take_parts(const model::RequestStep& step, const Surroundings& surroundings);
  Result<void> take_url(const model::RequestStep& step, const RequestSetting& setting,
                        const Surroundings& surroundings);

  std::string name_;
  model::Method method_ = model::Method::get;
  CompiledTemplate url_;                    // whole
  std::optional<UrlParts> origin_;          // when it is the target's
  std::optional<CompiledTemplate> target_;  // of the URL; moves on into wire_
  HeaderTemplates headers_;
  bool goes_to_target_ = false;
  bool has_cookie_ = false;
  std::shared_ptr<const CompiledTemplate> body_;
  std::vector<std::pair<HttpPart, CompiledTemplate>> parts_;
  std::optional<WireText> wire_;
  std::vector<int> expect_status_;
  bool is_literal_ = true;
};

}  // namespace leakcheck::load
