#pragma once

#include <cstdint>
#include <vector>

#include "harness/heap/heap_graph.hpp"

namespace leakcheck::heap {

/// Nodes numbered in the order in which a depth-first walk over the essential edges meets them, and
/// by number what leads to each: the input of find_numbered_dominators().
/// Shape: each of N but `predecessors`; the root has the number 0.
struct DepthFirst {
  std::vector<std::uint32_t> nodes;    ///< by number
  std::vector<std::uint32_t> parents;  ///< by number: the number of the node that led there first
  std::vector<std::uint32_t> ends;  ///< by number: where its predecessors end, and the next's begin
  /// Numbers of the nodes that lead there too, each with an essential edge.
  std::vector<std::uint32_t> predecessors;
};

/// What has no essential edge to it is numbered as if the root led to it, and so are the nodes of
/// circles that nothing leads to; edges out of those circles don't count.
/// Cost: 20 bytes a node and 4 an edge at the peak.
DepthFirst walk_depth_first(const HeapGraph& graph);

}  // namespace leakcheck::heap
