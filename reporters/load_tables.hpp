#pragma once

#include <string>
#include <vector>

#include "harness/model/run_report.hpp"
#include "reporters/layout.hpp"

/// The parts of the load's report that stand in columns: lines, indented, without line feeds.
namespace leakcheck::reporters {

/// Latency in all and by the name of the step. Empty when nothing was answered.
std::vector<std::string> list_latencies(const model::LoadSummary& load, const Paint& paint,
                                        int width);

/// Requests by the name of the step, when there are several.
std::vector<std::string> list_steps(const model::LoadSummary& load, const Paint& paint, int width);

}  // namespace leakcheck::reporters
