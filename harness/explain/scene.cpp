#include "harness/explain/scene.hpp"

#include <algorithm>

namespace leakcheck::explain {

using heap::EdgeIndex;
using heap::EdgeType;
using heap::kNoNode;
using heap::NodeIndex;
using heap::NodeType;

Scene::Scene(const heap::Snapshot* first_, const heap::Snapshot& last_,
             const heap::Comparison* comparison_, const FindOptions& options_)
    : first(first_),
      last(last_),
      graph(last_.graph),
      comparison(comparison_),
      paths(last_.graph),
      sources(options_.root, options_.read_sources),
      names(graph, paths.scripts(), sources) {}

bool Scene::is_named(NodeIndex node, std::string_view name) const {
  // The callers' names are literals, few of them, asked for over and over.
  auto known = std::find_if(known_names_.begin(), known_names_.end(),
                            [&](const auto& each) { return each.first == name; });
  if (known == known_names_.end())
    known = known_names_.insert(known, {name, graph.find_string(name)});
  return known->second && graph.name(node) == *known->second;
}

NodeIndex Scene::target(NodeIndex node, std::string_view edge_name) const {
  const auto wanted = graph.find_string(edge_name);
  if (!wanted) return kNoNode;
  for (const EdgeIndex edge : graph.edges(node)) {
    const EdgeType type = graph.edge_type(edge);
    if (type == EdgeType::element || type == EdgeType::hidden || type == EdgeType::weak) continue;
    if (graph.edge_name_or_index(edge) == raw(*wanted)) return graph.target(edge);
  }
  return kNoNode;
}

NodeIndex Scene::holder(NodeIndex node) const {
  for (;;) {
    const NodeType type = graph.type(node);
    const bool is_store =
        type == NodeType::array ||
        (type == NodeType::hidden && (is_named(node, "system / PropertyArray") ||
                                      is_named(node, "system / SwissNameDictionary")));
    const NodeIndex above = last.dominators.parent(node);
    if (!is_store || above == node) return node;
    node = above;
  }
}

}  // namespace leakcheck::explain
