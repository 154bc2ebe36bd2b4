#include "harness/explain/rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>

#include "harness/base/bytes.hpp"
#include "harness/explain/names.hpp"

namespace leakcheck::explain {

using heap::kNoNode;
using heap::NodeIndex;

std::span<const Rule> rules_in_order() {
  static constexpr std::array<Rule, 11> kRules = {
      match_emitter,    match_abort_signal,   match_closure_over_request,
      match_timer,      match_promise,        match_context,
      match_buffer,     match_sliced_strings, match_duplicate_strings,
      match_collection, match_unknown};
  return kRules;
}

std::string tell_growth(const Case& at, std::string_view items) {
  const std::string verb = at.scene.by_id() ? "gained " : "holds ";
  return verb + format_grouped(at.pile.growth) + ' ' + std::string(items);
}

std::string tell_owner(const Case& at) {
  const std::string name = at.scene.names.class_name(at.pile.container);
  const bool is_plain = name.empty() || name.front() == '{';
  const std::string owner = is_plain ? "Object" : name;
  return at.where.identity.empty() ? owner : at.where.identity + " (" + owner + ')';
}

std::optional<heap::ScriptPlace> find_constructor(const Case& at) {
  if (at.pile.items.empty()) return std::nullopt;
  auto place = at.scene.paths.scripts().place_of(at.pile.items.front());
  if (!place || heap::origin_of(place->script) == heap::Origin::node) return std::nullopt;
  return place;
}

CommonFunction find_common_function(const Scene& scene, std::span<const NodeIndex> functions) {
  std::map<std::tuple<std::string, std::uint32_t, std::uint32_t>, std::vector<NodeIndex>> places;
  for (const NodeIndex function : functions) {
    if (function == kNoNode) continue;
    const auto place = scene.paths.scripts().place_of(function);
    if (place) places[{place->script, place->line, place->column}].push_back(function);
  }
  const auto most = std::max_element(
      places.begin(), places.end(),
      [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  if (most == places.end()) return {};
  const auto& [script, line, column] = most->first;
  const NodeIndex node = most->second.front();
  return {node,
          {script, line, column},
          class_of(scene.graph, node),
          static_cast<double>(most->second.size()) / static_cast<double>(functions.size())};
}

std::string tell_share(double share, std::int64_t count) {
  if (share >= 1) return "all " + format_grouped(count);
  const auto some = static_cast<std::int64_t>(std::llround(share * static_cast<double>(count)));
  return "about " + format_grouped(some) + " of " + format_grouped(count);
}

}  // namespace leakcheck::explain
