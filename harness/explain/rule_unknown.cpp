#include "harness/base/bytes.hpp"
#include "harness/explain/names.hpp"
#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

std::optional<Match> match_unknown(const Case& at) {
  Match match;
  match.pattern = model::Pattern::unknown;
  match.most = model::Confidence::low;
  match.sentence = tell_owner(at) + " grew by " + format_bytes(Bytes{at.pile.bytes});
  if (!at.item_class.empty())
    match.sentence = tell_owner(at) + ' ' + tell_growth(at, at.item_class);
  match.note = match.sentence;
  match.identity = class_of(at.scene.graph, at.pile.container) + '.' + at.item_class;
  return match;
}

}  // namespace leakcheck::explain
