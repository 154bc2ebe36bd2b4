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
    // Prototypes have the same name, and no place.
    if (scene.graph.type(node) != NodeType::object) continue;
    if (scene.is_named(node, "IncomingMessage")) ++census.requests;
    if (scene.is_named(node, "ServerResponse")) ++census.responses;
    if (scene.is_named(node, "Socket") && scene.target(node, "_handle") != kNoNode) {
      const NodeIndex handle = scene.target(node, "_handle");
      if (!scene.is_named(handle, "system / Oddball")) ++census.sockets;
    }
  }
  return census;
}

bool has_request(const ItemContents& item) {
  return item.request != kNoNode;
}

/// What keeps the request: a call that has not ended, or a function.
NodeIndex find_keeper(const Case& at, const ItemContents& item) {
  if (item.call != kNoNode) return item.call;
  (void)at;
  return item.function;
}

}  // namespace

std::optional<Match> match_closure_over_request(const Case& at) {
  if (at.contents.share(has_request) < kMost) return std::nullopt;
  const Census census = take_census(at.scene);
  // One a connection may be under way, and Node keeps the last of an idle one.
  if (std::max(census.requests, census.responses) <= census.sockets + 2) return std::nullopt;

  std::vector<NodeIndex> keepers;
  for (const ItemContents& item : at.contents.items)
    if (has_request(item)) keepers.push_back(find_keeper(at, item));
  const CommonFunction common = find_common_function(at.scene, keepers);
  const ItemContents* example = at.contents.find(has_request);

  Match match;
  match.pattern = model::Pattern::closure_over_request;
  match.item = kNoNode;
  match.below = example->way_to_request;
  const std::string what = class_of(at.scene.graph, example->request);
  match.sentence = tell_owner(at) + ' ' + tell_growth(at, "entries") + " that keep " + what;
  if (common.node != kNoNode) {
    match.site = common.place;
    match.sentence += ": " + common.name;
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
