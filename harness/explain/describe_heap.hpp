#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/explain/find_leaks.hpp"
#include "harness/heap/snapshot.hpp"
#include "harness/model/heap_report.hpp"

namespace leakcheck::explain {

struct DescribeOptions {
  FindOptions find{};
  std::vector<std::uint32_t> object_ids;  ///< those whose path is asked for
  std::size_t most_named = 100;           ///< rows whose place in the source is looked up
};

/// Everything that a snapshot shows, as a record. `file` and the version are the caller's to fill.
model::SnapshotReport describe_snapshot(const heap::Snapshot& snapshot,
                                        const DescribeOptions& options);

/// Everything that is new between snapshots; objects are looked up in the last.
/// Shape: two snapshots or more, in the order they were taken.
model::HeapDiffReport describe_diff(std::span<const heap::Snapshot* const> snapshots,
                                    const DescribeOptions& options);

/// The ids of a snapshot that are nearest to one that is not there; at most two.
std::vector<std::uint32_t> find_nearest_ids(const heap::HeapGraph& graph, std::uint32_t id);

}  // namespace leakcheck::explain
