#include "harness/base/bytes.hpp"
#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

namespace {

constexpr double kMost = 0.5;

}  // namespace

std::optional<Match> match_sliced_strings(const Case& at) {
  const auto parents = static_cast<double>(at.contents.slice_bytes);
  if (parents == 0 || parents < kMost * static_cast<double>(at.contents.bytes)) return std::nullopt;
  const double each = parents / static_cast<double>(at.contents.items.size());
  Match match;
  match.pattern = model::Pattern::sliced_strings;
  match.sentence = tell_owner(at) + ' ' + tell_growth(at, "entries") +
                   ", slices that keep the strings they were cut from";
  match.note = "most of their bytes are strings that slices were cut from";
  match.evidence.push_back(format_bytes(each) + " of parent strings an entry");
  match.site = find_constructor(at);
  return match;
}

}  // namespace leakcheck::explain
