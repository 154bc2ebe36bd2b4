#include "harness/heap/root_search.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace leakcheck::heap {
namespace {

/// What may be gone through among V8's own objects: they lead to what a variable holds.
constexpr std::array<std::string_view, 10> kWayThrough = {
    "system / JSProxy",       "system / PromiseReaction", "system / Cell",
    "system / ContextCell",   "system / AccessorPair",    "system / SourceTextModule",
    "system / PropertyArray", "system / WeakCell",        "system / SwissNameDictionary",
    "system / ArrayList"};

bool retains(const HeapGraph& graph, EdgeIndex edge) {
  return graph.edge_type(edge) != EdgeType::weak && !graph.is_weak_map_table_side(edge);
}

bool is_named(const HeapGraph& graph, NodeIndex node, std::optional<StringIndex> name) {
  return name && graph.name(node) == *name;
}

}  // namespace

RootSearch::RootSearch(RootPaths& paths) : paths_(paths), graph_(paths.graph_) {}

void RootSearch::run() {
  if (graph_.node_count() == 0) return;
  find_anchors();
  find_ways();
  states_.assign(graph_.node_count(), kGladly);
  paths_.parent_edges_.assign(graph_.node_count(), kNotReached);
  classify_nodes();
  queue_.clear();
  head_ = 0;
  start_at_anchors(Origin::own, false);
  start_at_anchors(Origin::unknown, false);
  start_at_anchors(Origin::own, true);
  start_at_anchors(Origin::library, false);
  start_at(kRoot, kSeed);
  drain();
  while (take_put_off(1)) drain();
}

void RootSearch::classify_nodes() {
  std::vector<StringIndex> ways;
  for (const std::string_view name : kWayThrough)
    if (const auto index = graph_.find_string(name)) ways.push_back(*index);
  const auto timeout = graph_.find_string("Timeout");
  const auto timers = graph_.find_string("TimersList");
  const auto shape_name = graph_.find_string("system / Map");
  for (std::uint32_t i = 0; i < graph_.node_count(); ++i) {
    const NodeIndex node{i};
    switch (graph_.type(node)) {
      case NodeType::code:
        states_[i] = kNoise;
        break;
      case NodeType::hidden:
      case NodeType::object_shape:
        if (std::find(ways.begin(), ways.end(), graph_.name(node)) != ways.end()) break;
        states_[i] = kNoise;
        if (is_named(graph_, node, shape_name)) classify_prototypes(i);
        break;
      case NodeType::object:
        if (is_named(graph_, node, timeout)) states_[i] = kTimeout;
        if (is_named(graph_, node, timers)) states_[i] = kNoise;
        break;
      default:
        break;
    }
  }
  // The variables of Node's modules lead everywhere.
  for (const Anchor& anchor : anchors_)
    if (anchor.origin == Origin::node) states_[raw(anchor.node)] = kNoise;
}

void RootSearch::classify_prototypes(std::uint32_t shape) {
  for (const EdgeIndex edge : graph_.edges(NodeIndex{shape})) {
    const NodeIndex target = graph_.target(edge);
    if (graph_.type(target) == NodeType::object && states_[raw(target)] == kGladly &&
        !paths_.scripts_.is_context(target))
      states_[raw(target)] = kPrototype;
  }
}

Origin RootSearch::origin_of_module(NodeIndex module, bool is_esm) const {
  Origin origin = Origin::unknown;
  for (const EdgeIndex edge : graph_.edges(module)) {
    const NodeIndex target = graph_.target(edge);
    // An ES module holds the generator of its body, a CommonJS module its file name.
    if (is_esm) {
      if (origin == Origin::unknown) origin = paths_.scripts_.origin_of(target);
      continue;
    }
    if (graph_.type(target) != NodeType::string || graph_.edge_type(edge) != EdgeType::property)
      continue;
    const std::string text = graph_.name_text(target);
    if (text.starts_with('/')) origin = std::max(origin, heap::origin_of(text));
  }
  return origin;
}

void RootSearch::find_anchors() {
  const auto esm = graph_.find_string("system / SourceTextModule");
  const auto cjs = graph_.find_string("Module");
  for (std::uint32_t i = 0; i < graph_.node_count(); ++i) {
    const NodeIndex node{i};
    if (paths_.scripts_.is_context(node)) {
      if (paths_.scripts_.is_singular(node))
        anchors_.push_back({node, paths_.scripts_.origin_of_context(node), false});
    } else if (is_named(graph_, node, esm) && graph_.type(node) == NodeType::hidden) {
      anchors_.push_back({node, origin_of_module(node, true), false});
    } else if (is_named(graph_, node, cjs) && graph_.type(node) == NodeType::object &&
               paths_.scripts_.origin_of(node) == Origin::node) {
      anchors_.push_back({node, origin_of_module(node, false), false});
    }
  }
  for (const EdgeIndex edge : graph_.edges(kRoot))
    if (graph_.edge_type(edge) == EdgeType::shortcut)
      anchors_.push_back({graph_.target(edge), Origin::own, true});
  std::stable_sort(anchors_.begin(), anchors_.end(),
                   [](const Anchor& a, const Anchor& b) { return raw(a.node) < raw(b.node); });
  for (const Anchor& anchor : anchors_) paths_.anchors_.emplace_back(anchor.node, anchor.origin);
}

void RootSearch::find_ways() {
  // One search from the root, until it has met all the anchors that the next ones start at.
  std::size_t wanted = 0;
  std::vector<bool> is_wanted(graph_.node_count());
  for (const Anchor& anchor : anchors_) {
    if (anchor.origin == Origin::node || is_wanted[raw(anchor.node)]) continue;
    is_wanted[raw(anchor.node)] = true;
    ++wanted;
  }
  std::vector<std::uint32_t>& parents = paths_.parent_edges_;
  parents.assign(graph_.node_count(), kNotReached);
  std::vector<NodeIndex> met;
  queue_.assign(1, raw(kRoot));
  parents[raw(kRoot)] = kSeed;
  for (head_ = 0; head_ < queue_.size() && met.size() < wanted; ++head_) {
    const NodeIndex node{queue_[head_]};
    if (is_wanted[raw(node)]) met.push_back(node);
    for (const EdgeIndex edge : graph_.edges(node)) {
      const std::uint32_t target = raw(graph_.target(edge));
      if (parents[target] != kNotReached || !retains(graph_, edge)) continue;
      parents[target] = raw(edge);
      queue_.push_back(target);
    }
  }
  for (const NodeIndex anchor : met) {
    std::vector<Hop>& way = paths_.ways_[anchor];
    for (NodeIndex node = anchor; node != kRoot;) {
      const EdgeIndex edge{parents[raw(node)]};
      way.push_back({edge, node, 0, Origin::unknown});
      node = graph_.source(edge);
    }
    way.push_back({kNoEdge, kRoot, 0, Origin::unknown});
    std::reverse(way.begin(), way.end());
  }
}

void RootSearch::start_at(NodeIndex node, std::uint32_t how) {
  if ((states_[raw(node)] & kSeen) != 0) return;
  states_[raw(node)] |= kSeen;
  paths_.parent_edges_[raw(node)] = how;
  queue_.push_back(raw(node));
}

void RootSearch::start_at_anchors(Origin origin, bool global) {
  for (const Anchor& anchor : anchors_)
    if (anchor.origin == origin && anchor.is_global == global && paths_.ways_.contains(anchor.node))
      start_at(anchor.node, kSeed);
  drain();
}

void RootSearch::drain() {
  do {
    for (; head_ < queue_.size(); ++head_) expand(queue_[head_]);
    queue_.clear();
    head_ = 0;
  } while (take_put_off(0));
}

void RootSearch::expand(std::uint32_t node) {
  const bool is_timeout = (states_[node] & kClassMask) == kTimeout;
  for (const EdgeIndex edge : graph_.edges(NodeIndex{node})) {
    const std::uint32_t target = raw(graph_.target(edge));
    std::uint8_t& state = states_[target];
    if ((state & kSeen) != 0 || !retains(graph_, edge)) continue;
    std::uint8_t kind = state & kClassMask;
    // From one timer to the next is a way to all timers of the process.
    if (kind == kTimeout) kind = is_timeout ? kNoise : kGladly;
    if (kind == kGladly) {
      state |= kSeen;
      paths_.parent_edges_[target] = raw(edge);
      queue_.push_back(target);
    } else if ((state & kPutOff) == 0) {
      state |= kPutOff;
      put_off_[kind - kPrototype].push_back(raw(edge));
    }
  }
}

bool RootSearch::take_put_off(std::size_t which) {
  for (const std::uint32_t edge : put_off_[which]) {
    const std::uint32_t target = raw(graph_.target(EdgeIndex{edge}));
    states_[target] &= static_cast<std::uint8_t>(~kPutOff);
    if ((states_[target] & kSeen) != 0) continue;
    states_[target] |= kSeen;
    paths_.parent_edges_[target] = edge;
    queue_.push_back(target);
  }
  put_off_[which].clear();
  return !queue_.empty();
}

}  // namespace leakcheck::heap
