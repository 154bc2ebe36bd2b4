#include "harness/explain/root_piles.hpp"

#include <algorithm>
#include <map>

namespace leakcheck::explain {

using heap::kNoNode;
using heap::NodeIndex;
using heap::NodeType;

namespace {

/// As many as of many owners with a few each.
constexpr std::size_t kFewest = 50;
constexpr NodeIndex kRoot{0};

/// New objects that only the root dominates, by class.
std::map<std::uint32_t, std::vector<NodeIndex>> find_items(const Scene& scene) {
  std::map<std::uint32_t, std::vector<NodeIndex>> items;
  for (std::uint32_t i = 1; i < scene.graph.node_count(); ++i) {
    const NodeIndex node{i};
    if (scene.graph.type(node) == NodeType::object && scene.is_new(node) &&
        scene.last.dominators.parent(node) == kRoot)
      items[raw(scene.graph.name(node))].push_back(node);
  }
  return items;
}

std::int64_t count_objects(const heap::HeapGraph& graph, std::string_view name) {
  const auto wanted = graph.find_string(name);
  std::int64_t count = 0;
  for (std::uint32_t i = 0; wanted && i < graph.node_count(); ++i)
    if (graph.name(NodeIndex{i}) == *wanted && graph.type(NodeIndex{i}) == NodeType::object)
      ++count;
  return count;
}

/// What is nearest to a new node on the way from the root, and was there before.
NodeIndex find_old_holder(const Scene& scene, NodeIndex node) {
  const auto path = scene.paths.path_to(node);
  const auto old = std::find_if(path.rbegin(), path.rend(), [&](const heap::Hop& hop) {
    return raw(hop.node) != 0 && !scene.is_new(hop.node);
  });
  return old == path.rend() ? kNoNode : old->node;
}

}  // namespace

std::vector<Pile> find_root_piles(const Scene& scene) {
  std::vector<Pile> piles;
  for (auto& [name, items] : find_items(scene)) {
    if (items.size() < kFewest) continue;
    const std::string text = scene.graph.name_text(items.front());
    const std::int64_t growth =
        count_objects(scene.graph, text) - count_objects(scene.first->graph, text);
    // As many went: what is made anew for every request.
    if (growth * 2 < static_cast<std::int64_t>(items.size())) continue;
    Pile pile;
    pile.owner = pile.container = find_old_holder(scene, items.front());
    if (pile.owner == kNoNode) continue;
    const auto before = scene.first->graph.find_id(scene.graph.id(pile.owner));
    if (!before) continue;
    pile.before = *before;
    pile.growth = growth;
    for (const NodeIndex item : items)
      pile.bytes += static_cast<std::int64_t>(scene.retained(item));
    pile.lost = std::max<std::int64_t>(0, static_cast<std::int64_t>(items.size()) - growth);
    pile.items = std::move(items);
    piles.push_back(std::move(pile));
  }
  return piles;
}

}  // namespace leakcheck::explain
