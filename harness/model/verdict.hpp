#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/memory.hpp"
#include "harness/model/scenario.hpp"

namespace leakcheck::model {

enum class Answer {
  clean,         ///< nothing is retained per request, down to the budget
  leak,          ///< memory is retained per request
  bounded,       ///< it grew, and stopped: a cache that fills
  inconclusive,  ///< this run could not tell; the reason says what would
};
std::string_view to_string(Answer answer);  ///< "clean"

/// Which rule of the decision procedure gave the answer (harness/verdict/README.md).
enum class Rule {
  none,
  clean,
  linear,
  plateau,
};
std::string_view to_string(Rule rule);

/// Bytes retained per request.
struct Estimate {
  double bytes_per_request = 0;
  double low = 0;   ///< ends of the interval at `confidence`
  double high = 0;  ///< also the smallest leak that this run could have seen, when clean
  double confidence = 0.999;
  int deltas = 0;             ///< differences between cycles that it rests on
  std::int64_t requests = 0;  ///< that those deltas span
};

struct QuantityVerdict {
  Quantity quantity = Quantity::heap_used;
  Answer answer = Answer::inconclusive;
  Rule rule = Rule::none;
  Estimate growth;
  double budget_per_request = 0;  ///< bytes; growth above it is a leak
  double smallest_leak = 0;       ///< bytes per request; anything larger would have been seen
  std::string reason;             ///< one sentence that a person understands
};

enum class CheckState { passed, failed, inconclusive };
std::string_view to_string(CheckState state);

/// A budget or a threshold, judged.
struct Check {
  std::string name;      ///< stable and unique: "heapUsed growth", "http_req_duration p(95)<500ms"
  std::string limit;     ///< "15 %"
  std::string measured;  ///< "3.2 %"
  CheckState state = CheckState::passed;
  std::string message;  ///< one sentence
};

struct Verdict {
  Answer answer = Answer::inconclusive;
  std::string reason;                       ///< one sentence
  std::optional<Quantity> culprit;          ///< the quantity whose growth matters most, for a leak
  std::vector<QuantityVerdict> quantities;  ///< one for each of kJudged
  std::vector<Check> budgets;
  std::vector<Check> thresholds;
};

}  // namespace leakcheck::model
