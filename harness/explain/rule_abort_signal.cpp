#include "harness/explain/names.hpp"
#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

using heap::kNoEdge;
using heap::kNoNode;
using heap::NodeIndex;

namespace {

/// The target that a path of Node's listeners goes through, and its event.
struct Target {
  NodeIndex node = kNoNode;
  bool is_signal = false;
};

Target find_target(const Case& at) {
  const NodeIndex item = at.pile.items.front();
  const auto path = at.scene.paths.path_to(item);
  for (std::size_t i = path.size(); i-- > 1;) {
    if (path[i].edge == kNoEdge || at.scene.graph.edge_name(path[i].edge) != "<symbol kEvents>")
      continue;
    const NodeIndex node = at.scene.graph.source(path[i].edge);
    const bool is_signal = at.scene.target(node, "<symbol kAborted>") != kNoNode;
    return {node, is_signal};
  }
  return {};
}

/// "stopping.signal" for what V8 has as "stopping.#signal".
std::string tidy(std::string identity) {
  for (const std::string_view name : {"#signal", "[kSignal]"}) {
    const std::size_t at = identity.rfind(name);
    if (at != std::string::npos && at + name.size() == identity.size())
      identity.replace(at, name.size(), "signal");
  }
  return identity;
}

}  // namespace

std::optional<Match> match_abort_signal(const Case& at) {
  if (at.pile.items.empty() || !at.scene.is_named(at.pile.items.front(), "Listener"))
    return std::nullopt;
  const Target found = find_target(at);
  if (found.node == kNoNode) return std::nullopt;

  std::vector<NodeIndex> functions;
  for (const NodeIndex item : sample(at.pile, 64)) {
    NodeIndex function = at.scene.target(item, "listener");
    if (function == kNoNode) function = at.scene.target(item, "callback");
    functions.push_back(function == kNoNode ? function : resolve_function(at.scene, function));
  }
  const CommonFunction common = find_common_function(at.scene, functions);

  Match match;
  match.pattern = found.is_signal ? model::Pattern::abort_signal : model::Pattern::emitter;
  match.declared = locate(at.scene, found.node);
  match.owner_class = found.is_signal ? "AbortSignal" : class_of(at.scene.graph, found.node);
  match.identity = tidy(match.declared->identity);
  if (match.declared->context != kNoNode) {
    // The signal is Node's own field of a variable's controller.
    match.declared->name = match.identity.substr(0, match.identity.find('.'));
    match.declared->is_property = false;
  }
  const std::string who =
      match.identity.empty() ? match.owner_class : match.identity + " (" + match.owner_class + ')';
  match.sentence = who + ' ' + tell_growth(at, "listeners");
  match.note = match.sentence;
  match.is_nodes_list = true;
  if (common.node != kNoNode) {
    match.item_class = common.name;
    match.sentence += ": " + common.name;
    match.site = common.place;
    match.evidence.push_back(tell_share(common.share, at.pile.growth) +
                             " listeners are one function, " + common.name);
  }
  return match;
}

}  // namespace leakcheck::explain
