#include "harness/base/bytes.hpp"
#include "harness/explain/names.hpp"
#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

namespace {

constexpr double kMost = 0.5;

}  // namespace

std::optional<Match> match_buffer(const Case& at) {
  const auto buffers = static_cast<double>(at.contents.buffer_bytes);
  if (buffers == 0 || buffers < kMost * static_cast<double>(at.contents.bytes)) return std::nullopt;
  const double each = buffers / static_cast<double>(at.contents.items.size());
  Match match;
  match.pattern = model::Pattern::buffer;
  match.sentence = tell_owner(at) + ' ' + tell_growth(at, "entries") + " with " +
                   format_bytes(each) + " of buffers each: " + at.item_class;
  match.note = "most of their bytes are in buffers outside V8's heap";
  match.evidence.push_back(format_bytes(each) + " of array buffers an entry, " +
                           format_bytes(static_cast<double>(at.contents.bytes) /
                                        static_cast<double>(at.contents.items.size())) +
                           " in all");
  match.site = find_constructor(at);
  return match;
}

}  // namespace leakcheck::explain
