#pragma once

#include <string>
#include <vector>

#include "harness/model/explanation.hpp"
#include "harness/model/scenario.hpp"
#include "harness/model/verdict.hpp"

namespace leakcheck::run {

/// Marks the findings that the scenario's ignore list names. Returns sentences on entries that no
/// longer hold (`today`: "2026-11-26", UTC) and on those that no finding has.
std::vector<std::string> mark_ignored(std::vector<model::Finding>& findings,
                                      const std::vector<model::Ignore>& list,
                                      const std::string& today);

/// Whether heap snapshots show it: native memory they do not.
bool is_seen_in_heap(model::Quantity quantity);
bool grows(const model::QuantityVerdict& quantity);

/// Bytes per request that grow where the snapshots looked: of several processes or threads, in the
/// one that they were taken of. Array buffers are a part of external.
double measured_growth(const model::Verdict& verdict, const model::Explanation& explanation);

/// Why a leak does not fail the run: its findings are all ignored, and what they do not explain is
/// within the budgets or a tenth of the growth, which is how near retained sizes are. "" when it
/// does.
std::string why_ignored(const model::Verdict& verdict, const model::Explanation& explanation);

}  // namespace leakcheck::run
