#include "harness/base/bytes.hpp"
#include "harness/explain/names.hpp"
#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

using heap::NodeIndex;
using heap::Origin;

std::optional<Match> match_collection(const Case& at) {
  const Scene& scene = at.scene;
  if (at.where.identity.empty() || at.where.origin == Origin::node) return std::nullopt;
  Match match;
  match.pattern = model::Pattern::collection;
  if (at.pile.items.empty()) {
    match.sentence = tell_owner(at) + " grew by " + format_bytes(Bytes{at.pile.bytes});
    match.variant = "numbers";
  } else if (at.pile.is_chain) {
    match.sentence = at.where.identity + ' ' + tell_growth(at, "entries") +
                     ", each of which holds the next: " + at.item_class;
    match.owner_class = at.item_class;
    match.variant = "chain";
  } else {
    match.sentence = tell_owner(at) + ' ' + tell_growth(at, "entries") + ": " + at.item_class;
  }
  match.note = match.sentence;
  if (!at.pile.items.empty()) {
    const NodeIndex item = at.pile.items.front();
    const auto place = scene.paths.scripts().place_of(item);
    if (place && scene.paths.scripts().origin_of(item) != Origin::node) match.site = place;
  }
  return match;
}

}  // namespace leakcheck::explain
