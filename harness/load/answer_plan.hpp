#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/load/exchange.hpp"
#include "harness/load/variables.hpp"
#include "harness/model/load_spec.hpp"

namespace leakcheck::load {

/// Whether a step expects that status: it is in the list, or the list is empty and it is one from
/// 200 to 399.
bool is_expected(const std::vector<int>& statuses, int status);

/// What a step checks in its answer and takes out of it, compiled once.
class AnswerPlan {
 public:
  /// Errors: ErrorKind::load for patterns that are none and captures that `surroundings` lacks.
  static Result<AnswerPlan> compile(const model::RequestStep& step,
                                    const Surroundings& surroundings);
  AnswerPlan(AnswerPlan&&) noexcept;
  AnswerPlan& operator=(AnswerPlan&&) noexcept;
  ~AnswerPlan();

  bool wants_head() const;
  bool wants_body() const;
  /// "json $.id", "status", "body matches": in the order they are checked. The status is the first.
  const std::vector<std::string>& check_names() const;

  /// Looks at a complete answer: whether each check holds, in the order of check_names(). Only when
  /// all do is anything captured; what was not has no value from then on, rather than one of an
  /// earlier answer. Returns what went wrong first, by its name in errors ("status 500", "check
  /// json $.id", "no capture id"); empty: nothing. The text lives as long as the plan.
  /// Of a header that comes several times, one that passes is enough, and the first is captured.
  std::string_view look_at(const Exchange& exchange, RequestValues& values,
                           std::vector<bool>& held) const;

 private:
  struct State;
  explicit AnswerPlan(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace leakcheck::load
