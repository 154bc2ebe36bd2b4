#include <utility>
#include <vector>

#include "harness/heap/dominators.hpp"
#include "harness/heap/name_filter.hpp"
#include "harness/heap/weak_map_pairs.hpp"

namespace leakcheck::heap {
namespace {

constexpr std::uint32_t kNoDistance = UINT32_MAX;

/// Edges that DevTools never walks: descriptors of another map's, and a native context's map of
/// functions. Names are looked at in the order of the edges, so that the file is read forwards.
std::vector<bool> find_skipped(const HeapGraph& graph) {
  NameFilter descriptors(graph, "(map descriptors)");
  NameFilter native_contexts(graph, "system / NativeContext");
  std::vector<bool> skipped(graph.edge_count());
  for (std::uint32_t i = 0; i < graph.node_count(); ++i) {
    const NodeIndex node{i};
    const NodeType type = graph.type(node);
    if (type == NodeType::hidden && native_contexts.matches(node)) {
      for (const EdgeIndex edge : graph.edges(node))
        skipped[raw(edge)] = graph.edge_name(edge) == "sloppy_function_map";
    } else if (type == NodeType::array && descriptors.matches(node)) {
      for (const EdgeIndex edge : graph.edges(node)) {
        const EdgeType edge_type = graph.edge_type(edge);
        if (edge_type != EdgeType::element && edge_type != EdgeType::hidden) continue;
        const std::uint32_t index = graph.edge_name_or_index(edge);
        skipped[raw(edge)] = index >= 2 && index % 3 == 1;
      }
    }
  }
  return skipped;
}

/// DevTools' breadth-first walk. Each part takes up what the part before left out.
class Walk {
 public:
  explicit Walk(const HeapGraph& graph)
      : graph_(graph),
        skipped_(find_skipped(graph)),
        pairs_(graph),
        distances_(graph.node_count(), kNoDistance) {}

  void start(NodeIndex node, std::uint32_t distance) {
    distances_[raw(node)] = distance;
    queue_.push_back(node);
  }

  void run() {
    std::vector<NodeIndex> next;
    for (; !queue_.empty(); queue_.swap(next)) {
      next.clear();
      for (const NodeIndex node : queue_) look_from(node, next);
    }
  }

  std::vector<std::uint32_t> take() { return std::move(distances_); }

 private:
  void look_from(NodeIndex node, std::vector<NodeIndex>& next) {
    const std::uint32_t distance = distances_[raw(node)] + 1;
    for (const EdgeIndex edge : graph_.edges(node)) {
      const NodeIndex target = graph_.target(edge);
      if (distances_[raw(target)] != kNoDistance) continue;
      const EdgeType type = graph_.edge_type(edge);
      if (type == EdgeType::weak || skipped_[raw(edge)]) continue;
      // A WeakMap's value is as far as the farther of table and key: the first edge is passed over.
      if (type == EdgeType::internal && pairs_.is_first_seen(edge, target)) continue;
      distances_[raw(target)] = distance;
      next.push_back(target);
    }
  }

  const HeapGraph& graph_;
  std::vector<bool> skipped_;
  WeakMapPairs pairs_;
  std::vector<std::uint32_t> distances_;
  std::vector<NodeIndex> queue_;
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
