#include "harness/base/bytes.hpp"
#include "harness/explain/names.hpp"
#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

using heap::kNoNode;
using heap::NodeIndex;

namespace {

constexpr double kMost = 0.5;

}  // namespace

std::optional<Match> match_promise(const Case& at) {
  const Scene& scene = at.scene;
  if (at.pile.items.empty()) return std::nullopt;
  // Promise.race([longLived, …]) and longLived.then(): its reactions are a chain.
  const bool are_reactions = scene.is_named(at.pile.items.front(), "system / PromiseReaction");
  const auto is_pending = [](const ItemContents& item) { return item.promise != kNoNode; };
  if (!are_reactions && at.contents.share(is_pending) < kMost) return std::nullopt;

  std::vector<NodeIndex> functions;
  for (const ItemContents& item : at.contents.items)
    functions.push_back(item.call != kNoNode ? item.call : item.function);
  const CommonFunction common = find_common_function(scene, functions);

  Match match;
  match.pattern = model::Pattern::promise;
  if (common.node != kNoNode && common.share >= kMost) match.site = common.place;
  if (are_reactions) {
    match.variant = "reactions";
    match.owner_class = "Promise";
    match.item_class = "PromiseReaction";
    match.sentence = tell_owner(at) + ' ' + tell_growth(at, "reactions, and is not settled");
    match.note = "a promise that is not settled has them as reactions";
  } else {
    match.item_class = "Promise";
    match.sentence =
        tell_owner(at) + ' ' + tell_growth(at, "entries that wait for promises never settled");
    match.note = "they hold promises that were never settled";
  }
  match.evidence.push_back(
      tell_share(are_reactions ? 1 : at.contents.share(is_pending), at.pile.growth) +
      (are_reactions ? " wait for one promise" : " hold a pending promise"));
  return match;
}

}  // namespace leakcheck::explain
