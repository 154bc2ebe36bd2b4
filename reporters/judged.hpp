#pragma once

#include <string>
#include <vector>

#include "harness/model/run_report.hpp"

/// What a report says, in the shape that more than one format shows.
namespace leakcheck::reporters {

const model::QuantityVerdict* find_verdict(const model::RunReport& report,
                                           model::Quantity quantity);

/// The budget on bytes per request of one quantity. It is the limit that the quantity's own verdict
/// was judged by, so reports show the two as one.
const model::Check* find_per_request_budget(const model::RunReport& report,
                                            model::Quantity quantity);

/// A budget or a threshold that is shown on its own.
struct Limit {
  const model::Check* check = nullptr;
  bool is_threshold = false;
};

/// Budgets, then thresholds, without the budgets that a quantity's verdict stands for.
std::vector<Limit> list_limits(const model::RunReport& report);

/// Whether the service ran out of memory under load, which is evidence of a leak.
bool is_out_of_memory_leak(const model::RunReport& report);

/// Whether the answer fails the run: a leak, and growth per key unless the scenario bounds its
/// keys.
bool is_growth(const model::RunReport& report, model::Answer answer);

/// Whether what leaks is on the scenario's ignore list, so that the run passes.
bool is_ignored_leak(const model::RunReport& report);

/// "process 4711", "worker thread 2 of process 4711".
std::string name_part(const model::PartGrowth& part);

/// The sentence that says how the run ended.
std::string ending_message(const model::RunReport& report);

/// The command that most likely comes next; "" when there is none.
std::string next_command(const model::RunReport& report);

}  // namespace leakcheck::reporters
