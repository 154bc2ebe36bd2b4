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

using ItemsByClass = std::map<std::uint32_t, std::vector<NodeIndex>>;

/// New objects that only the root dominates, by class; of classes with many of them.
ItemsByClass find_items(const Scene& scene) {
  ItemsByClass items;
  for (std::uint32_t i = 1; i < scene.graph.node_count(); ++i) {
    const NodeIndex node{i};
    if (scene.graph.type(node) == NodeType::object && scene.is_new(node) &&
        scene.last.dominators.parent(node) == kRoot)
      items[raw(scene.graph.name(node))].push_back(node);
  }
  std::erase_if(items, [](const auto& each) { return each.second.size() < kFewest; });
  return items;
}

/// Objects of some classes, by the number of their name; one pass.
std::map<std::uint32_t, std::int64_t> count_objects(const heap::HeapGraph& graph,
                                                    std::map<std::uint32_t, std::int64_t> counts) {
  for (std::uint32_t i = 0; i < graph.node_count(); ++i) {
    if (graph.type(NodeIndex{i}) != NodeType::object) continue;
    const auto found = counts.find(raw(graph.name(NodeIndex{i})));
    if (found != counts.end()) ++found->second;
  }
  return counts;
}

/// How many more objects of each class there are than before, by the number of its name in the
/// last.
std::map<std::uint32_t, std::int64_t> count_growth(const Scene& scene, const ItemsByClass& items) {
  const heap::HeapGraph& first = scene.first->graph;
  std::map<std::uint32_t, std::int64_t> now, then;
  for (const auto& [name, list] : items) {
    now[name] = 0;
    if (const auto before = first.find_string(scene.graph.name_text(list.front())))
      then[raw(*before)] = 0;
  }
  now = count_objects(scene.graph, std::move(now));
  then = count_objects(first, std::move(then));
  for (const auto& [name, list] : items)
    if (const auto before = first.find_string(scene.graph.name_text(list.front())))
      now[name] -= then[raw(*before)];
  return now;
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
  ItemsByClass all = find_items(scene);
  const auto growth_of = count_growth(scene, all);
  for (auto& [name, items] : all) {
    const std::int64_t growth = growth_of.at(name);
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
