#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/model/heap_report.hpp"

namespace leakcheck {

/// Hand-written reports, with nasty characters wherever text can stand.
std::vector<std::pair<std::string, model::SnapshotReport>> list_snapshot_reports();
std::vector<std::pair<std::string, model::HeapDiffReport>> list_diff_reports();

}  // namespace leakcheck
