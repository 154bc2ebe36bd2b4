#include <cstdlib>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "harness/heap/dominators.hpp"
#include "harness/heap/name_filter.hpp"

namespace leakcheck::heap {
namespace {

/// DevTools' breadth-first walk, with the edges that it passes over.
class Walk {
 public:
  explicit Walk(const HeapGraph& graph)
      : graph_(graph),
        descriptors_(graph, "(map descriptors)"),
        native_contexts_(graph, "system / NativeContext"),
        distances_(graph.node_count(), UINT32_MAX) {}

  void start(NodeIndex node, std::uint32_t distance) {
    distances_[raw(node)] = distance;
    queue_.push_back(node);
  }

  void run() {
    for (std::size_t at = 0; at < queue_.size(); ++at) {
      const NodeIndex node = queue_[at];
      for (const EdgeIndex edge : graph_.edges(node)) {
        const NodeIndex target = graph_.target(edge);
        if (graph_.edge_type(edge) == EdgeType::weak || distances_[raw(target)] != UINT32_MAX)
          continue;
        if (!passes(node, edge)) continue;
        distances_[raw(target)] = distances_[raw(node)] + 1;
        queue_.push_back(target);
      }
    }
    queue_.clear();
  }

  std::vector<std::uint32_t> take() { return std::move(distances_); }

 private:
  bool passes(NodeIndex node, EdgeIndex edge) {
    const NodeType type = graph_.type(node);
    if (type == NodeType::hidden && native_contexts_.matches(node) &&
        graph_.edge_name(edge) == "sloppy_function_map")
      return false;
    if (type == NodeType::array && descriptors_.matches(node)) {
      const EdgeType edge_type = graph_.edge_type(edge);
      if (edge_type != EdgeType::element && edge_type != EdgeType::hidden) return true;
      const std::uint32_t index = graph_.edge_name_or_index(edge);
      return index < 2 || index % 3 != 1;
    }
    if (graph_.edge_type(edge) != EdgeType::internal) return true;
    // A WeakMap's value is as far as the farther of table and key: the first edge is passed over.
    const std::string name = graph_.edge_name(edge);
    const std::size_t pair = name.find(" / part of key (");
    if (pair == std::string::npos || pair == 0) return true;
    if (pending_.erase(name.substr(pair)) != 0) return true;
    pending_.insert(name.substr(pair));
    return false;
  }

  const HeapGraph& graph_;
  NameFilter descriptors_;
  NameFilter native_contexts_;
  std::vector<std::uint32_t> distances_;
  std::vector<NodeIndex> queue_;
  std::unordered_set<std::string> pending_;
};

}  // namespace

std::vector<std::uint32_t> find_distances(const HeapGraph& graph) {
  Walk walk(graph);
  bool has_user_roots = false;
  for (const EdgeIndex edge : graph.edges(kRoot)) {
    if (!is_user_root(graph, graph.target(edge))) continue;
    walk.start(graph.target(edge), 1);
    has_user_roots = true;
  }
  walk.run();
  walk.start(kRoot, has_user_roots ? kSystemDistance : 0);
  walk.run();
  return walk.take();
}

}  // namespace leakcheck::heap
