#include <map>
#include <utility>

#include "harness/base/bytes.hpp"
#include "harness/explain/names.hpp"
#include "harness/explain/rules.hpp"
#include "harness/heap/classes.hpp"

namespace leakcheck::explain {

using heap::NodeIndex;

namespace {

constexpr double kMost = 0.5;
/// What costs less is a key or a name, and V8 makes those one by itself where it matters.
constexpr std::uint64_t kFewestBytes = 32;

}  // namespace

std::optional<Match> match_duplicate_strings(const Case& at) {
  const heap::HeapGraph& graph = at.scene.graph;
  // Equal texts have one name in a snapshot; V8 cuts names at 1,024 characters, so sizes count too.
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::size_t> copies;
  for (const ItemContents& item : at.contents.items)
    for (const NodeIndex text : item.strings)
      if (graph.self_size(text) >= kFewestBytes)
        ++copies[{raw(graph.name(text)), graph.self_size(text)}];
  std::uint64_t bytes = 0;
  std::pair<std::size_t, std::uint32_t> most{};
  for (const auto& [text, count] : copies) {
    if (count < 2) continue;
    bytes += text.second * (count - 1);
    most = std::max(most, {count, text.first});
  }
  if (static_cast<double>(bytes) < kMost * static_cast<double>(at.contents.bytes) || bytes == 0)
    return std::nullopt;
  const std::string shown = heap::beginning_of(graph.text(heap::StringIndex{most.second}), 40);
  Match match;
  match.pattern = model::Pattern::duplicate_strings;
  // Of a cache whose values are alike the keys pile up.
  const std::string owner = class_of(graph, at.pile.container);
  match.is_note_only = owner == "Map" || owner == "Object" || owner.starts_with('{');
  match.sentence =
      tell_owner(at) + ' ' + tell_growth(at, "entries") + ", copies of the same strings";
  match.note = "most of their bytes are copies of the same strings";
  match.evidence.push_back("of " + format_grouped(std::int64_t(at.contents.items.size())) +
                           " entries looked at, " + format_grouped(std::int64_t(most.first)) +
                           " have \"" + shown + '"');
  match.site = find_constructor(at);
  return match;
}

}  // namespace leakcheck::explain
