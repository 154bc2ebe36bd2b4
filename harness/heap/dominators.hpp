#pragma once

#include <cstdint>
#include <vector>

#include "harness/heap/heap_graph.hpp"

namespace leakcheck::heap {

/// What every node holds alone, equal to DevTools node by node.
/// Shape: each of N. Units: bytes.
struct Dominators {
  std::vector<NodeIndex> parents;  ///< immediate dominators; the root's is itself
  std::vector<std::uint32_t>
      shallow_sizes;  ///< after DevTools' rule that hidden and array nodes
                      ///< give their size to a single owner; UINT32_MAX: large
  std::vector<std::pair<std::uint32_t, std::uint64_t>> large_sizes;  ///< of 4 GB and more, in order
  std::vector<std::uint64_t> retained_sizes;

  std::uint64_t shallow_size(NodeIndex node) const;
  std::uint64_t retained_size(NodeIndex node) const { return retained_sizes[raw(node)]; }
  NodeIndex parent(NodeIndex node) const { return parents[raw(node)]; }
};

/// Which nodes belong to the page (Chrome) or the program: DevTools' flag "page owned".
/// Shape: N.
std::vector<bool> find_page_owned(const GraphColumns& graph);

/// Whether DevTools lets an edge count for dominators: not weak, not to itself, no shortcut but the
/// root's, not from outside the page into it, not the table's side of a WeakMap's pair.
/// Source: chrome-devtools-frontend, heap_snapshot_worker/HeapSnapshot.ts.
class EssentialEdges {
 public:
  explicit EssentialEdges(const GraphColumns& graph);
  bool contains(NodeIndex from, EdgeIndex edge) const;

 private:
  const GraphColumns& graph_;
  std::vector<bool> page_owned_;
};

/// Dominators over the essential edges, and retained sizes.
/// Cost:   O(E log N) by semi-NCA; 24 bytes a node and 4 an edge besides the graph at the peak.
/// Source: Georgiadis, Tarjan, Werneck (2006), Finding Dominators in Practice.
Dominators find_dominators(const HeapGraph& graph);

/// Number of edges from the user's roots (DevTools' Distance); UINT32_MAX: not reachable.
/// Shape: N.
std::vector<std::uint32_t> find_distances(const HeapGraph& graph);

}  // namespace leakcheck::heap
