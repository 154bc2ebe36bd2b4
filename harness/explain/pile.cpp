#include "harness/explain/pile.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "harness/explain/names.hpp"
#include "harness/explain/pile_steps.hpp"
#include "harness/explain/root_piles.hpp"
#include "harness/heap/fan_out.hpp"

namespace leakcheck::explain {

using heap::EdgeIndex;
using heap::EdgeType;
using heap::kNoNode;
using heap::NodeIndex;
using heap::NodeType;

namespace {

constexpr std::int64_t kFewestItems = 10;
constexpr std::int64_t kFewestOfMany = 50;
constexpr std::int64_t kFewestBytes = 8192;
constexpr std::size_t kMostPiles = 200;
constexpr std::uint32_t kLargeFanOut = 500;

/// Whether a person would call it a thing of its own.
bool is_thing(const heap::HeapGraph& graph, NodeIndex node) {
  switch (graph.type(node)) {
    case NodeType::object:
    case NodeType::closure:
    case NodeType::native:
    case NodeType::string:
    case NodeType::cons_string:
    case NodeType::sliced_string:
    case NodeType::regexp:
    case NodeType::symbol:
    case NodeType::bigint:
    case NodeType::number:
      return true;
    default:
      return false;
  }
}

bool is_string(NodeType type) {
  return type == NodeType::string || type == NodeType::cons_string ||
         type == NodeType::sliced_string;
}

/// What items are counted by: type and name, but strings are all alike.
std::uint64_t kind_of(const heap::HeapGraph& graph, NodeIndex node) {
  const NodeType type = graph.type(node);
  if (type == NodeType::number) return 1ULL << 60U;
  // Functions of one place may have names of their own; strings have their texts for names.
  const std::uint32_t name = is_string(type) ? 0 : raw(graph.name(node));
  return (static_cast<std::uint64_t>(type) << 32U) | name;
}

/// Leaves the items of the kind that there is most of. Objects come before strings: the keys of a
/// Map are as many as its values.
void keep_main_kind(const heap::HeapGraph& graph, std::vector<NodeIndex>& items) {
  std::unordered_map<std::uint64_t, std::size_t> counts;
  for (const NodeIndex item : items) ++counts[kind_of(graph, item)];
  const auto weight = [&](const auto& entry) {
    const auto type = static_cast<NodeType>((entry.first >> 32U) & 0xFFU);
    const bool is_plain = entry.first >> 60U != 0 || type == NodeType::string;
    const auto count = static_cast<double>(entry.second);
    return is_plain ? count * 0.6 : count;
  };
  const auto main =
      std::max_element(counts.begin(), counts.end(), [&](const auto& a, const auto& b) {
        return weight(a) != weight(b) ? weight(a) < weight(b) : a.first > b.first;
      });
  if (main == counts.end()) return;
  std::erase_if(items, [&](NodeIndex item) { return kind_of(graph, item) != main->first; });
}

/// What an owner holds, as a person sees it: entries, elements, properties, variables. A table has
/// a Map's entries; the arrays of elements and properties hold the same again.
template <typename Visit>
void visit_children(const heap::HeapGraph& graph, NodeIndex owner, Visit visit) {
  const auto table = graph.find_string("table");
  for (const EdgeIndex edge : graph.edges(owner)) {
    const EdgeType type = graph.edge_type(edge);
    const NodeIndex child = graph.target(edge);
    if (type == EdgeType::element || type == EdgeType::property || type == EdgeType::context) {
      visit(child);
    } else if (type == EdgeType::internal && graph.type(child) == NodeType::array && table &&
               graph.edge_name_or_index(edge) == raw(*table)) {
      for (const EdgeIndex inner : graph.edges(child))
        if (graph.edge_type(inner) != EdgeType::weak) visit(graph.target(inner));
    }
  }
}

/// What V8 makes of its own accord: code, hidden classes, feedback.
bool is_v8s_own(const Scene& scene, NodeIndex node) {
  const NodeType type = scene.graph.type(node);
  if (type == NodeType::code || type == NodeType::object_shape) return true;
  return type == NodeType::hidden && !scene.is_named(node, "system / PromiseReaction") &&
         !scene.is_named(node, "system / PropertyArray");
}

/// From new nodes up to what holds them alone and is not new.
class Holders {
 public:
  explicit Holders(const Scene& scene)
      : scene_(scene), of_node_(scene.graph.node_count(), UINT32_MAX) {
    for (std::uint32_t node = 0; node < of_node_.size(); ++node) {
      if (!scene.is_new(NodeIndex{node}) || is_v8s_own(scene, NodeIndex{node})) continue;
      const std::uint32_t holder = find(node);
      held_[holder] += scene.graph.self_size(NodeIndex{node});
    }
    // A table or backing store is taken for the object that a person knows.
    for (const auto& [node, bytes] : held_) {
      const std::uint32_t owner = raw(scene.holder(NodeIndex{node}));
      owner_of_[node] = owner;
      owners_[owner] += static_cast<std::int64_t>(bytes);
    }
  }

  const std::unordered_map<std::uint32_t, std::int64_t>& owners() const { return owners_; }

  /// The new nodes of every owner that is asked for, in one pass.
  std::unordered_map<std::uint32_t, std::vector<NodeIndex>> collect(
      const std::vector<std::uint32_t>& wanted) const {
    std::unordered_map<std::uint32_t, std::vector<NodeIndex>> found;
    for (const std::uint32_t owner : wanted) found[owner];
    for (std::uint32_t node = 0; node < of_node_.size(); ++node) {
      if (of_node_[node] == UINT32_MAX) continue;
      const auto list = found.find(owner_of_.at(of_node_[node]));
      if (list != found.end()) list->second.push_back(NodeIndex{node});
    }
    return found;
  }

 private:
  std::uint32_t find(std::uint32_t node) {
    std::vector<std::uint32_t> way;
    std::uint32_t at = node;
    while (at != 0 && scene_.is_new(NodeIndex{at}) && of_node_[at] == UINT32_MAX) {
      way.push_back(at);
      at = raw(scene_.last.dominators.parent(NodeIndex{at}));
    }
    const std::uint32_t holder = of_node_[at] != UINT32_MAX ? of_node_[at] : at;
    for (const std::uint32_t each : way) of_node_[each] = holder;
    return holder;
  }

  const Scene& scene_;
  std::vector<std::uint32_t> of_node_;
  std::unordered_map<std::uint32_t, std::uint64_t> held_;
  std::unordered_map<std::uint32_t, std::uint32_t> owner_of_;
  std::unordered_map<std::uint32_t, std::int64_t> owners_;
};

/// The items of an owner that has no more edges than before: a linked list, or what the owner's
/// own stores hold.
void fill_items(const Scene& scene, Pile& pile, const std::vector<NodeIndex>& held) {
  const heap::HeapGraph& graph = scene.graph;
  NodeIndex top = kNoNode;
  std::vector<NodeIndex> direct;
  for (const NodeIndex node : held) {
    const NodeIndex above = scene.last.dominators.parent(node);
    const bool is_direct = above == pile.owner || scene.holder(above) == pile.owner;
    if (!is_direct || graph.type(node) == NodeType::array) continue;
    if (top == kNoNode || scene.retained(node) > scene.retained(top)) top = node;
    if (is_thing(graph, node)) direct.push_back(node);
  }
  if (top != kNoNode && static_cast<std::int64_t>(scene.retained(top)) > pile.bytes / 2) {
    pile.is_chain = true;
    pile.items.push_back(top);
    for (const NodeIndex node : held)
      if (node != top && kind_of(graph, node) == kind_of(graph, top)) pile.items.push_back(node);
  }
  if (pile.items.size() < kFewestItems) {
    pile.is_chain = false;
    // A container that takes the place of the one before: `list = [...list, item]`.
    std::vector<NodeIndex> inner;
    if (top != kNoNode) inner = find_new_children(scene, top);
    if (inner.size() >= kFewestItems && inner.size() > direct.size()) pile.container = top;
    pile.items = pile.container == top ? std::move(inner) : std::move(direct);
    keep_main_kind(graph, pile.items);
  }
  pile.growth = static_cast<std::int64_t>(pile.items.size());
}

/// Some nodes in the first snapshot, by number in the last, by V8's id.
std::unordered_map<std::uint32_t, NodeIndex> find_before(const Scene& scene,
                                                         const std::vector<std::uint32_t>& owners) {
  std::unordered_map<std::uint32_t, std::uint32_t> wanted;
  for (const std::uint32_t owner : owners) wanted.emplace(scene.graph.id(NodeIndex{owner}), owner);
  std::unordered_map<std::uint32_t, NodeIndex> found;
  const heap::HeapGraph& first = scene.first->graph;
  for (std::uint32_t node = 0; node < first.node_count(); ++node) {
    const auto match = wanted.find(first.id(NodeIndex{node}));
    if (match != wanted.end()) found[match->second] = NodeIndex{node};
  }
  return found;
}

void add_held_piles(const Scene& scene, std::vector<Pile>& piles) {
  const Holders holders(scene);
  std::unordered_map<std::uint32_t, std::size_t> known;
  for (std::size_t i = 0; i < piles.size(); ++i) known[raw(piles[i].owner)] = i;
  std::vector<std::uint32_t> owners;
  for (const auto& [owner, bytes] : holders.owners())
    if (bytes >= kFewestBytes && !known.contains(owner)) owners.push_back(owner);
  std::sort(owners.begin(), owners.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto bytes_a = holders.owners().at(a);
    const auto bytes_b = holders.owners().at(b);
    return bytes_a != bytes_b ? bytes_a > bytes_b : a < b;
  });
  if (owners.size() > kMostPiles) owners.resize(kMostPiles);
  const auto before = find_before(scene, owners);
  const auto held = holders.collect(owners);
  for (const std::uint32_t owner : owners) {
    const auto first = before.find(owner);
    if (first == before.end() || owner == 0) continue;
    const std::int64_t bytes = holders.owners().at(owner);
    const auto now = static_cast<std::int64_t>(scene.retained(NodeIndex{owner}));
    const auto then =
        static_cast<std::int64_t>(scene.first->dominators.retained_size(first->second));
    // As much was given back: a cache that is full, or what is made anew for every request. A store
    // that had to grow takes the place of one that was two thirds as large.
    if (now - then < std::max(kFewestBytes, bytes / 4)) continue;
    Pile pile;
    pile.owner = pile.container = NodeIndex{owner};
    pile.before = first->second;
    pile.bytes = now - then;
    fill_items(scene, pile, held.at(owner));
    piles.push_back(std::move(pile));
  }
}

/// More new ones than there are more of took the place of others. An entry of a Map may be two
/// strings.
std::int64_t count_lost(const heap::HeapGraph& graph, const Pile& pile) {
  if (pile.items.empty()) return 0;
  const std::int64_t an_entry = is_string(graph.type(pile.items.front())) ? 2 : 1;
  const auto items = static_cast<std::int64_t>(pile.items.size());
  return std::max<std::int64_t>(0, items - an_entry * pile.growth);
}

Pile make_pile(const heap::GrownObject& grown) {
  Pile pile;
  pile.owner = pile.container = grown.after;
  pile.before = grown.before;
  pile.fan_out_before = grown.fan_out_before;
  pile.fan_out_after = grown.fan_out_after;
  pile.growth = static_cast<std::int64_t>(grown.fan_out_after) - grown.fan_out_before;
  pile.bytes = grown.retained_growth;
  pile.at_every_step = grown.at_every_step;
  return pile;
}

void finish(const Scene& scene, Pile& pile) {
  std::int64_t held = 0;
  for (const NodeIndex item : pile.items) held += static_cast<std::int64_t>(scene.retained(item));
  pile.bytes = std::max(pile.bytes, held);
  keep_main_kind(scene.graph, pile.items);
  pile.lost = count_lost(scene.graph, pile);
}

/// Owners that gained a few each, of one kind and in one place: a Map for every tenant.
class FewEach {
 public:
  explicit FewEach(const Scene& scene) : scene_(scene) {}

  void add(const heap::GrownObject& grown) {
    const NodeIndex place = scene_.holder(scene_.last.dominators.parent(grown.after));
    const auto [known, is_first] =
        piles_.try_emplace({raw(place), kind_of(scene_.graph, grown.after)}, make_pile(grown));
    Pile& pile = known->second;
    if (!is_first) {
      ++pile.alike;
      pile.growth += static_cast<std::int64_t>(grown.fan_out_after) - grown.fan_out_before;
      pile.bytes += grown.retained_growth;
      pile.at_every_step = pile.at_every_step && grown.at_every_step;
    }
    const auto items = find_new_children(scene_, grown.after);
    pile.items.insert(pile.items.end(), items.begin(), items.end());
  }

  void take(std::vector<Pile>& piles) {
    for (auto& [key, pile] : piles_) {
      if (pile.growth < kFewestOfMany) continue;
      finish(scene_, pile);
      piles.push_back(std::move(pile));
    }
  }

 private:
  const Scene& scene_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, Pile> piles_;
};

void add_grown_piles(const Scene& scene, std::vector<Pile>& piles) {
  FewEach few_each(scene);
  for (const heap::GrownObject& grown : scene.comparison->grown) {
    Pile pile = make_pile(grown);
    if (pile.growth < kFewestItems) {
      few_each.add(grown);
      continue;
    }
    pile.items = find_new_children(scene, grown.after);
    finish(scene, pile);
    piles.push_back(std::move(pile));
  }
  few_each.take(piles);
}

void order(std::vector<Pile>& piles) {
  std::stable_sort(piles.begin(), piles.end(), [](const Pile& a, const Pile& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : raw(a.owner) < raw(b.owner);
  });
  if (piles.size() > kMostPiles) piles.resize(kMostPiles);
}

}  // namespace

std::vector<Pile> find_piles(const Scene& scene) {
  std::vector<Pile> piles;
  add_grown_piles(scene, piles);
  add_held_piles(scene, piles);
  for (Pile& pile : find_root_piles(scene)) piles.push_back(std::move(pile));
  order(piles);
  look_at_steps(scene, piles);
  return piles;
}

std::vector<Pile> find_large_piles(const Scene& scene) {
  const heap::HeapGraph& graph = scene.graph;
  std::vector<Pile> piles;
  for (std::uint32_t i = 0; i < graph.node_count(); ++i) {
    const NodeIndex node{i};
    const NodeType type = graph.type(node);
    if (type != NodeType::object && type != NodeType::closure) continue;
    if (heap::count_edges_with_arrays(graph, node) < kLargeFanOut) continue;
    Pile pile;
    pile.owner = pile.container = node;
    pile.items = find_new_children(scene, node);
    const std::size_t children = pile.items.size();
    for (const NodeIndex item : pile.items)
      pile.bytes += static_cast<std::int64_t>(scene.retained(item));
    keep_main_kind(graph, pile.items);
    if (pile.items.size() < kLargeFanOut || pile.items.size() * 3 < children) continue;
    pile.growth = static_cast<std::int64_t>(pile.items.size());
    pile.bytes = std::max(pile.bytes, static_cast<std::int64_t>(scene.retained(node)));
    pile.fan_out_after = static_cast<std::uint32_t>(pile.items.size());
    piles.push_back(std::move(pile));
  }
  order(piles);
  look_at_classes(scene, piles);
  return piles;
}

std::vector<NodeIndex> find_new_children(const Scene& scene, NodeIndex owner) {
  std::vector<NodeIndex> children;
  visit_children(scene.graph, owner, [&](NodeIndex child) {
    if (scene.is_new(child) && is_thing(scene.graph, child)) children.push_back(child);
  });
  // One thing may be there under several names.
  std::sort(children.begin(), children.end());
  children.erase(std::unique(children.begin(), children.end()), children.end());
  return children;
}

std::vector<NodeIndex> sample(const Pile& pile, std::size_t most) {
  if (pile.items.size() <= most) return pile.items;
  std::vector<NodeIndex> some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(pile.items[i * pile.items.size() / most]);
  return some;
}

}  // namespace leakcheck::explain
