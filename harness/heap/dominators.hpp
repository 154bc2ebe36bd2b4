#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "harness/heap/heap_graph.hpp"

namespace leakcheck::heap {

/// What every node holds alone, equal to DevTools node by node.
/// Shape: each of N. Units: bytes.
struct Dominators {
  /// Immediate dominators; the root's is itself, and it is that of all that nothing retains.
  std::vector<NodeIndex> parents;
  /// After DevTools' rule that hidden and array nodes give their size to a single owner.
  /// UINT32_MAX: see `large_sizes`.
  std::vector<std::uint32_t> shallow_sizes;
  /// Shallow sizes of 4 GB and more, by node, in order of the nodes.
  std::vector<std::pair<std::uint32_t, std::uint64_t>> large_sizes;
  std::vector<std::uint64_t> retained_sizes;

  std::uint64_t shallow_size(NodeIndex node) const {
    const std::uint32_t size = shallow_sizes[raw(node)];
    return size != UINT32_MAX ? size : large_size(node);
  }
  std::uint64_t retained_size(NodeIndex node) const { return retained_sizes[raw(node)]; }
  NodeIndex parent(NodeIndex node) const { return parents[raw(node)]; }

 private:
  std::uint64_t large_size(NodeIndex node) const;
};

/// Whether DevTools takes a node for one of the program's own: all but V8's synthetic ones.
bool is_user_root(const HeapGraph& graph, NodeIndex node);

/// Whether one of the root's edges leads into the page or program: a shortcut, or Chrome's
/// documents.
bool is_page_edge(const HeapGraph& graph, EdgeIndex edge);

/// Which nodes belong to the page (Chrome) or the program: DevTools' flag "page object". Reachable
/// from the targets of the root's shortcuts over edges that are not weak.
/// Shape: N.
std::vector<bool> find_page_owned(const HeapGraph& graph);

/// Whether DevTools lets an edge count for dominators: not weak, not to itself, no shortcut but the
/// root's, not from outside the page into it, not the table's side of a WeakMap's pair.
/// Source: chrome-devtools-frontend, heap_snapshot_worker/HeapSnapshot.ts.
class EssentialEdges {
 public:
  explicit EssentialEdges(const HeapGraph& graph);
  bool contains(NodeIndex from, EdgeIndex edge) const;

 private:
  const HeapGraph& graph_;
  std::vector<bool> page_owned_;
};

/// Dominators over the essential edges, and retained sizes. What only weak edges lead to is held by
/// the root, and so is every node of a circle that nothing leads to.
/// Cost:   O(E log N) by semi-NCA; 24 bytes a node and 4 an edge besides the graph at the peak.
/// Source: Georgiadis, Tarjan, Werneck (2006), Finding Dominators in Practice.
Dominators find_dominators(const HeapGraph& graph);

/// DevTools' Distance of what only V8's own roots lead to begins here, at the root.
constexpr std::uint32_t kSystemDistance = 100'000'000;

/// Number of edges from the user's roots (DevTools' Distance), or kSystemDistance and that from the
/// root; UINT32_MAX: not reachable.
/// Shape: N.
std::vector<std::uint32_t> find_distances(const HeapGraph& graph);

}  // namespace leakcheck::heap
