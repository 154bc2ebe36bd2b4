#pragma once

#include <string>
#include <vector>

#include "harness/model/run_report.hpp"

namespace leakcheck::run {

/// Why the numbers of a load may be leakcheck's own and not the service's, in sentences: it took a
/// whole core, it did not keep the rate, it sent late.
/// Units: `starting_ms` is the time in which iterations were begun.
std::vector<std::string> list_doubts(const model::LoadSummary& load, int vus, double starting_ms);

}  // namespace leakcheck::run
