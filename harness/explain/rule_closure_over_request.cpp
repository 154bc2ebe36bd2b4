#include "harness/base/bytes.hpp"
#include "harness/explain/names.hpp"
#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

using heap::kNoNode;
using heap::NodeIndex;
using heap::NodeType;

namespace {

constexpr double kMost = 0.5;

/// Requests and responses in the whole heap, against connections that could be having one.
struct Census {
  std::int64_t requests = 0;
  std::int64_t responses = 0;
  std::int64_t sockets = 0;
};

Census take_census(const Scene& scene) {
  Census census;
  for (std::uint32_t i = 0; i < scene.graph.node_count(); ++i) {
    const NodeIndex node{i};
    if (scene.graph.type(node) != NodeType::object) continue;
    if (scene.is_named(node, "IncomingMessage")) ++census.requests;
    if (scene.is_named(node, "ServerResponse")) ++census.responses;
    if (scene.is_named(node, "Socket")) {
      const NodeIndex handle = scene.target(node, "<symbol kHandle>");
      if (handle != kNoNode && scene.graph.type(handle) != NodeType::hidden) ++census.sockets;
    }
  }
  return census;
}

bool is_nameless_function(const Scene& scene, NodeIndex item) {
  return scene.graph.type(item) == NodeType::closure && !scene.paths.scripts().place_of(item);
}

bool has_request(const ItemContents& item) {
  return item.request != kNoNode;
}

/// What keeps the request: a call that has not ended, or a function.
NodeIndex find_keeper(const ItemContents& item) {
  return item.call != kNoNode ? item.call : item.function;
}

}  // namespace

std::optional<Match> match_closure_over_request(const Case& at) {
  if (at.contents.share(has_request) < kMost) return std::nullopt;
  const Census census = take_census(at.scene);
  // One a connection may be under way, and Node keeps the last of an idle one.
  if (std::max(census.requests, census.responses) <= census.sockets + 2) return std::nullopt;

  std::vector<NodeIndex> keepers;
  for (const ItemContents& item : at.contents.items)
    if (has_request(item)) keepers.push_back(find_keeper(item));
  const CommonFunction common = find_common_function(at.scene, keepers);
  const ItemContents* example = at.contents.find(has_request);

  Match match;
  match.pattern = model::Pattern::closure_over_request;
  match.below = example->way_to_request;
  const std::string what = class_of(at.scene.graph, example->request);
  match.sentence = tell_owner(at) + ' ' + tell_growth(at, "entries") + " that keep " + what;
  if (common.node != kNoNode) {
    match.site = common.place;
    match.sentence += ": " + common.name;
    // What settles a promise has no name of its own.
    const NodeIndex item = at.pile.items.front();
    if (is_nameless_function(at.scene, item)) match.item_class = common.name;
  }
  match.note = "they keep " + what;
  match.evidence.push_back(format_grouped(census.requests) + " IncomingMessage and " +
                           format_grouped(census.responses) + " ServerResponse are kept, with " +
                           format_grouped(census.sockets) + " sockets open");
  if (at.scene.is_named(at.pile.items.front(), "Timeout")) {
    match.identity = "Timeout." + (common.name.empty() ? std::string("callback") : common.name);
    if (match.identity.ends_with("()")) match.identity.resize(match.identity.size() - 2);
    match.owner_class = "Timeout";
    match.is_nodes_list = true;
    match.variant = "timer";
    match.sentence = format_grouped(at.pile.growth) + " timers keep " + what + ": " + common.name;
  } else if (common.node != kNoNode && common.name.starts_with("async ")) {
    match.variant = "async";
  }
  return match;
}

}  // namespace leakcheck::explain
