#include <vector>

#include "harness/heap/dominators.hpp"

namespace leakcheck::heap {

bool is_user_root(const HeapGraph& graph, NodeIndex node) {
  return graph.type(node) != NodeType::synthetic || graph.name_text(node) == "(Document DOM trees)";
}

bool is_page_edge(const HeapGraph& graph, EdgeIndex edge) {
  const EdgeType type = graph.edge_type(edge);
  if (type == EdgeType::shortcut) return true;
  const NodeIndex target = graph.target(edge);
  return type == EdgeType::element && graph.type(target) == NodeType::synthetic &&
         is_user_root(graph, target);
}

std::vector<bool> find_page_owned(const HeapGraph& graph) {
  std::vector<bool> owned(graph.node_count());
  std::vector<NodeIndex> open;
  const auto own = [&](NodeIndex node) {
    if (owned[raw(node)]) return;
    owned[raw(node)] = true;
    open.push_back(node);
  };
  for (const EdgeIndex edge : graph.edges(kRoot))
    if (is_page_edge(graph, edge)) own(graph.target(edge));
  while (!open.empty()) {
    const NodeIndex node = open.back();
    open.pop_back();
    for (const EdgeIndex edge : graph.edges(node))
      if (graph.edge_type(edge) != EdgeType::weak) own(graph.target(edge));
  }
  return owned;
}

EssentialEdges::EssentialEdges(const HeapGraph& graph)
    : graph_(graph), page_owned_(find_page_owned(graph)) {}

bool EssentialEdges::contains(NodeIndex from, EdgeIndex edge) const {
  const EdgeType type = graph_.edge_type(edge);
  const NodeIndex to = graph_.target(edge);
  if (type == EdgeType::weak || from == to || graph_.is_weak_map_table_side(edge)) return false;
  if (from == kRoot) return true;
  if (type == EdgeType::shortcut) return false;
  return page_owned_[raw(from)] || !page_owned_[raw(to)];
}

}  // namespace leakcheck::heap
