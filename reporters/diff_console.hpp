#pragma once

#include <string>

#include "harness/model/heap_report.hpp"
#include "reporters/heap_tables.hpp"

namespace leakcheck::reporters {

/// What is new between snapshots, for a person: what leaks, objects that grew, classes; the next
/// command to type.
std::string render_diff_console(const model::HeapDiffReport& report, const HeapStyle& style);

}  // namespace leakcheck::reporters
