#include "harness/base/bytes.hpp"
#include "harness/explain/names.hpp"
#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

using heap::NodeType;
using heap::Origin;

std::optional<Match> match_collection(const Case& at) {
  if (at.where.identity.empty() || at.where.origin == Origin::node) return std::nullopt;
  Match match;
  match.pattern = model::Pattern::collection;
  if (at.pile.items.empty()) {
    match.sentence = tell_owner(at) + " grew by " + format_bytes(Bytes{at.pile.bytes});
    match.variant = "numbers";
  } else if (at.pile.is_chain &&
             at.scene.graph.type(at.pile.items.front()) == NodeType::cons_string) {
    match.sentence = at.where.identity + " (string) grew by " + format_bytes(Bytes{at.pile.bytes}) +
                     ", text that is appended to it";
    match.owner_class = "(string)";
    match.variant = "text";
  } else if (at.pile.is_chain) {
    match.sentence = at.where.identity + ' ' + tell_growth(at, "entries") +
                     ", each of which holds the next: " + at.item_class;
    match.owner_class = at.item_class;
    match.variant = "chain";
  } else {
    match.sentence = tell_owner(at) + ' ' + tell_growth(at, "entries") + ": " + at.item_class;
  }
  match.note = match.sentence;
  match.site = find_constructor(at);
  return match;
}

}  // namespace leakcheck::explain
