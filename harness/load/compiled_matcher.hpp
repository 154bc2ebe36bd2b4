#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/base/result.hpp"
#include "harness/load/pattern.hpp"
#include "harness/load/variables.hpp"
#include "harness/model/request_step.hpp"

namespace leakcheck::load {

/// A matcher, ready to be asked any number of times.
class CompiledMatcher {
 public:
  /// Errors: ErrorKind::load for a pattern that is none and variables that do not exist.
  static Result<CompiledMatcher> compile(const model::Matcher& matcher,
                                         const Surroundings& surroundings);

  /// `text` is none when there is no value to look at: it equals and matches nothing. A value that
  /// was never captured equals nothing either.
  bool holds(std::optional<std::string_view> text, RequestValues& values) const;

 private:
  model::Matcher::Kind kind_ = model::Matcher::Kind::equals;
  CompiledTemplate expected_;
  std::optional<std::string> literal_;  // what is expected, when it is always the same
  std::optional<Pattern> pattern_;
  bool wanted_ = true;
  mutable std::string rendered_;
};

}  // namespace leakcheck::load
