#pragma once

#include <string>

#include "harness/model/heap_report.hpp"
#include "reporters/heap_tables.hpp"

namespace leakcheck::reporters {

/// A heap snapshot for a person: what looks like a leak, then classes, shapes of plain objects,
/// duplicated strings, memory outside V8's heap; the next command to type.
std::string render_snapshot_console(const model::SnapshotReport& report, const HeapStyle& style);

}  // namespace leakcheck::reporters
