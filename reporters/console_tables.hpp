#pragma once

#include <string>
#include <vector>

#include "harness/model/run_report.hpp"
#include "reporters/layout.hpp"

/// The parts of the console report that stand in columns: lines, indented, without line feeds.
namespace leakcheck::reporters {

/// Bytes kept per request by quantity, with interval, budget and the smallest leak that would show.
/// Empty when nothing was measured.
std::vector<std::string> list_quantities(const model::RunReport& report, const Paint& paint,
                                         int width);

/// Post-GC memory over the measured cycles as a sparkline; of the culprit, else of heapUsed.
/// Empty when fewer than three cycles were read, and when there is no room for it.
std::vector<std::string> draw_series(const model::RunReport& report, const Paint& paint, int width);

/// Budgets and thresholds: those that failed, those that could not be judged, and how many were
/// kept.
std::vector<std::string> list_limit_lines(const model::RunReport& report, const Paint& paint,
                                          int width);

}  // namespace leakcheck::reporters
