#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/heap/snapshot.hpp"

namespace leakcheck::heap {

/// A place in a source file, as V8 numbers it: both from 0.
struct ScriptPlace {
  std::string script;  ///< the Script node's name: a path, a file: URL, "node:events", or ""
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// One hop of a path: the edge that leads into a node, and the node.
struct Hop {
  EdgeIndex edge = kNoEdge;  ///< kNoEdge for the first
  NodeIndex node = kNoNode;
  std::uint32_t collapsed = 0;  ///< so many like hops (promises, timers) were left out before it
};

/// Shortest paths from the root by breadth-first search over retaining edges, found once for all
/// nodes, without a reverse graph.
/// Cost: 8 bytes a node.
class RootPaths {
 public:
  explicit RootPaths(const HeapGraph& graph);
  /// From the root (first) to `node` (last); empty: not reachable.
  std::vector<Hop> path_to(NodeIndex node) const;

 private:
  const HeapGraph& graph_;
  std::vector<std::uint32_t> parent_edges_;
  std::vector<std::uint32_t> parents_;
};

/// The part of a path that says something: from the last Context or module down, with chains of
/// promises and timers collapsed.
std::vector<Hop> informative_part(const HeapGraph& graph, const std::vector<Hop>& path);

/// Where a closure, or an object's constructor, is written. Absent when V8 does not say.
std::optional<ScriptPlace> find_place(const HeapGraph& graph, NodeIndex node);

/// The script of a Context, through any closure that has it.
std::optional<std::string> find_script_of_context(const HeapGraph& graph, NodeIndex context);

}  // namespace leakcheck::heap
