#include "harness/heap/detached_names.hpp"

#include <algorithm>

namespace leakcheck::heap {
namespace {

class Propagation {
 public:
  Propagation(const HeapGraph& graph, std::vector<std::uint8_t>& renamed)
      : graph_(graph),
        states_(graph.node_count(), Detachedness::unknown),
        visited_(graph.node_count(), 0),
        renamed_(renamed) {}

  void run() {
    for (std::uint32_t node = 0; node < graph_.node_count(); ++node)
      states_[node] = graph_.detachedness(NodeIndex{node});
    for (std::uint32_t node = 0; node < graph_.node_count(); ++node)
      if (states_[node] != Detachedness::unknown) process(NodeIndex{node}, states_[node]);
    spread(attached_, Detachedness::attached);
    spread(detached_, Detachedness::detached);
  }

 private:
  void process(NodeIndex node, Detachedness state) {
    if (visited_[raw(node)] != 0) return;
    visited_[raw(node)] = 1;
    // Not through JavaScript: every entry into the embedder's objects knows its own state.
    if (graph_.type(node) != NodeType::native) return;
    states_[raw(node)] = state;
    if (state == Detachedness::attached) attached_.push_back(node);
    if (state != Detachedness::detached) return;
    renamed_[raw(node)] = 1;
    detached_.push_back(node);
  }

  void spread(std::vector<NodeIndex>& work, Detachedness state) {
    while (!work.empty()) {
      const NodeIndex node = work.back();
      work.pop_back();
      if (states_[raw(node)] != state) continue;
      for (const EdgeIndex edge : graph_.edges(node)) {
        const EdgeType type = graph_.edge_type(edge);
        if (type != EdgeType::hidden && type != EdgeType::weak) process(graph_.target(edge), state);
      }
    }
  }

  const HeapGraph& graph_;
  std::vector<Detachedness> states_;
  std::vector<std::uint8_t> visited_;
  std::vector<std::uint8_t>& renamed_;
  std::vector<NodeIndex> attached_;
  std::vector<NodeIndex> detached_;
};

}  // namespace

DetachedNames::DetachedNames(const HeapGraph& graph) {
  const auto& types = graph.columns().types;
  if (std::all_of(types.begin(), types.end(), [](auto type) { return type >> 5U == 0; })) return;
  renamed_.resize(graph.node_count());
  Propagation(graph, renamed_).run();
}

}  // namespace leakcheck::heap
