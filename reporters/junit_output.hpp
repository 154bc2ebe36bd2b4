#pragma once

#include <string>

#include "harness/model/run_report.hpp"

/// The longer texts of a JUnit report: plain lines with the numbers behind a result.
namespace leakcheck::reporters {

/// Hint and the service's last words, for a run that did not end with a verdict.
std::string explain_ending(const model::RunReport& report);

/// Estimate, interval, budget and the smallest leak that would have been seen.
std::string explain_quantity(const model::QuantityVerdict& verdict);

/// Where growth comes from: parts, routes, suspects. Empty when the run did not look for it.
std::string explain_origin(const model::RunReport& report);

/// Verdict, load, the post-GC series, notes, warnings and the end of the service's log.
/// Shape: at most 64 KB; what is cut is said.
std::string render_system_out(const model::RunReport& report);

}  // namespace leakcheck::reporters
