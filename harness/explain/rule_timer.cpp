#include "harness/base/bytes.hpp"
#include "harness/explain/names.hpp"
#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

using heap::kNoNode;
using heap::NodeIndex;

namespace {

constexpr double kMost = 0.5;

bool is_timer(const Scene& scene, NodeIndex node) {
  return scene.is_named(node, "Timeout") || scene.is_named(node, "Immediate");
}

/// setInterval() keeps its time as a number, setTimeout() has null there.
bool repeats(const Scene& scene, NodeIndex timer) {
  const NodeIndex repeat = scene.target(timer, "_repeat");
  return scene.is_named(timer, "Timeout") &&
         (repeat == kNoNode || !scene.is_named(repeat, "system / Oddball"));
}

std::string base_name(const std::string& script) {
  return script.substr(script.rfind('/') + 1);
}

}  // namespace

std::optional<Match> match_timer(const Case& at) {
  const Scene& scene = at.scene;
  if (at.pile.items.empty()) return std::nullopt;
  const bool are_timers = is_timer(scene, at.pile.items.front());
  const auto has_timer = [](const ItemContents& item) { return item.timer != kNoNode; };
  if (!are_timers && at.contents.share(has_timer) < kMost) return std::nullopt;

  std::vector<NodeIndex> functions;
  std::size_t intervals = 0;
  for (const ItemContents& item : at.contents.items) {
    if (item.timer == kNoNode) continue;
    const NodeIndex callback = scene.target(item.timer, "_onTimeout");
    functions.push_back(callback == kNoNode ? callback : resolve_function(scene, callback));
    intervals += repeats(scene, item.timer) ? 1 : 0;
  }
  const CommonFunction common = find_common_function(scene, functions);
  const bool is_interval = intervals * 2 > functions.size();

  Match match;
  match.pattern = model::Pattern::timer;
  const std::string what = is_interval ? "intervals" : "timers";
  if (is_interval) match.variant = "interval";
  match.owner_class = "Timeout";
  match.item_class = common.name.empty() ? "Timeout" : common.name;
  match.is_nodes_list = are_timers;
  const bool has_name = !common.name.empty() && common.name.ends_with("()");
  match.identity = "Timeout." + (has_name ? common.name.substr(0, common.name.size() - 2)
                                          : base_name(common.place.script));
  match.sentence = format_grouped(at.pile.growth) + " more " + what + " are pending";
  if (!scene.by_id()) match.sentence = format_grouped(at.pile.growth) + ' ' + what + " are pending";
  match.note = match.sentence;
  if (common.node != kNoNode) {
    match.site = common.place;
    match.sentence += ": " + common.name;
    match.evidence.push_back(tell_share(common.share, at.pile.growth) + ' ' + what +
                             " call one function, " + common.name);
  }
  return match;
}

}  // namespace leakcheck::explain
