#include "harness/explain/names.hpp"
#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

using heap::EdgeIndex;
using heap::EdgeType;
using heap::kNoEdge;
using heap::kNoNode;
using heap::NodeIndex;
using heap::NodeType;

namespace {

constexpr double kMost = 0.5;

struct Listeners {
  NodeIndex emitter = kNoNode;
  std::string event;
};

/// The array of listeners is a property, named for the event, of what the emitter's `_events` is.
Listeners find_listeners(const Case& at) {
  const heap::HeapGraph& graph = at.scene.graph;
  const auto path = at.scene.paths.path_to(at.pile.container);
  if (path.size() < 3) return {};
  const EdgeIndex event = path[path.size() - 1].edge;
  const EdgeIndex events = path[path.size() - 2].edge;
  if (event == kNoEdge || events == kNoEdge) return {};
  if (graph.edge_type(event) != EdgeType::property ||
      graph.edge_type(events) != EdgeType::property || graph.edge_name(events) != "_events")
    return {};
  std::string name = graph.edge_name(event);
  if (name.starts_with("<symbol ") && name.ends_with('>')) name = name.substr(8, name.size() - 9);
  return {graph.source(events), std::move(name)};
}

/// The function of a listener: itself, or what a library keeps it in (eventemitter3: EE.fn).
NodeIndex listener_of(const Scene& scene, NodeIndex item) {
  const heap::HeapGraph& graph = scene.graph;
  if (graph.type(item) == NodeType::closure) return item;
  if (graph.type(item) != NodeType::object) return kNoNode;
  for (const char* const name : {"fn", "listener"}) {
    const NodeIndex function = scene.target(item, name);
    if (function != kNoNode && graph.type(function) == NodeType::closure) return function;
  }
  return kNoNode;
}

}  // namespace

std::optional<Match> match_emitter(const Case& at) {
  const heap::HeapGraph& graph = at.scene.graph;
  if (at.pile.items.empty() || listener_of(at.scene, at.pile.items.front()) == kNoNode)
    return std::nullopt;
  const Listeners found = find_listeners(at);
  if (found.emitter == kNoNode) return std::nullopt;

  std::vector<NodeIndex> functions;
  for (const NodeIndex item : sample(at.pile, 64))
    functions.push_back(resolve_function(at.scene, listener_of(at.scene, item)));
  const CommonFunction common = find_common_function(at.scene, functions);

  Match match;
  match.pattern = model::Pattern::emitter;
  match.declared = locate(at.scene, found.emitter);
  match.owner_class = class_of(graph, found.emitter);
  match.identity = match.owner_class + '.' + found.event;
  match.is_nodes_list = match.owner_class == "process";
  const std::string who = match.declared->identity.empty() || match.is_nodes_list
                              ? match.owner_class
                              : match.declared->identity + " (" + match.owner_class + ')';
  match.sentence = who + ' ' + tell_growth(at, "listeners of '" + found.event + "'");
  match.note = match.sentence;
  if (common.node != kNoNode) {
    match.item_class = common.name;
    match.sentence += ": " + common.name;
    if (common.share >= kMost) match.site = common.place;
    match.evidence.push_back(tell_share(common.share, at.pile.growth) +
                             " listeners are one function, " + common.name);
  }
  return match;
}

}  // namespace leakcheck::explain
