#pragma once

#include <filesystem>

#include "harness/heap/dominators.hpp"
#include "harness/heap/heap_graph.hpp"
#include "harness/heap/load_snapshot.hpp"

namespace leakcheck::heap {

/// A snapshot with what every analysis of it needs.
struct Snapshot {
  HeapGraph graph;
  Dominators dominators;
};

/// load_snapshot() and find_dominators(). Errors: those of load_snapshot().
Result<Snapshot> open_snapshot(const std::filesystem::path& path, const LoadOptions& options = {});

}  // namespace leakcheck::heap
