#pragma once

#include <string>
#include <vector>

#include "harness/model/run_report.hpp"
#include "reporters/layout.hpp"

/// What the console report says on where growth comes from: lines, indented, without line feeds.
/// Empty when the run did not look for it.
namespace leakcheck::reporters {

/// What each process and thread keeps by itself.
std::vector<std::string> list_parts(const model::RunReport& report, const Paint& paint, int width);

/// What each route keeps when it runs alone, those that leak first, and what to make of it.
std::vector<std::string> list_routes(const model::RunReport& report, const Paint& paint, int width);

/// What is kept without each suspect.
std::vector<std::string> list_ablations(const model::RunReport& report, const Paint& paint,
                                        int width);

}  // namespace leakcheck::reporters
