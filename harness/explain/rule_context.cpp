#include <algorithm>

#include "harness/base/bytes.hpp"
#include "harness/explain/function_text.hpp"
#include "harness/explain/names.hpp"
#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

using heap::EdgeIndex;
using heap::EdgeType;
using heap::kNoNode;
using heap::NodeIndex;
using heap::NodeType;

namespace {

constexpr double kMost = 0.5;

/// The variable of a function's Context that keeps the most and that its text never names.
struct Needless {
  std::string name;
  std::uint64_t bytes = 0;
};

Needless find_needless(const Scene& scene, NodeIndex context, std::string_view text) {
  Needless most;
  for (const EdgeIndex edge : scene.graph.edges(context)) {
    if (scene.graph.edge_type(edge) != EdgeType::context) continue;
    const NodeIndex value = scene.graph.target(edge);
    const std::string name = scene.graph.edge_name(edge);
    if (!scene.is_new(value) || name.empty() || mentions(text, name)) continue;
    if (scene.retained(value) > most.bytes) most = {name, scene.retained(value)};
  }
  return most;
}

}  // namespace

std::optional<Match> match_context(const Case& at) {
  const Scene& scene = at.scene;
  if (at.pile.items.empty() || scene.graph.type(at.pile.items.front()) != NodeType::closure)
    return std::nullopt;
  std::vector<NodeIndex> functions;
  for (const NodeIndex item : sample(at.pile, 64))
    functions.push_back(resolve_function(scene, item));
  const CommonFunction common = find_common_function(scene, functions);
  if (common.node == kNoNode || common.share < kMost) return std::nullopt;
  const NodeIndex context = scene.target(common.node, "context");
  if (context == kNoNode || !scene.is_new(context)) return std::nullopt;
  const auto text = at.scene.sources.place_of(common.place).is_mapped
                        ? std::nullopt
                        : at.scene.sources.find_function(common.place);
  if (!text) return std::nullopt;
  const Needless needless = find_needless(scene, context, *text);
  const double each = static_cast<double>(at.contents.bytes) /
                      static_cast<double>(std::max<std::size_t>(1, at.contents.items.size()));
  if (static_cast<double>(needless.bytes) < kMost * each || needless.bytes < 512)
    return std::nullopt;

  Match match;
  match.pattern = model::Pattern::context;
  match.site = common.place;
  match.item_class = common.name;
  match.sentence = tell_owner(at) + ' ' + tell_growth(at, "functions") + " that keep " +
                   needless.name + " and do not use it: " + common.name;
  match.note = common.name + " keeps " + needless.name + ", which it never names";
  match.evidence.push_back(needless.name + " keeps " +
                           format_bytes(Bytes{static_cast<std::int64_t>(needless.bytes)}) +
                           " for each " + common.name +
                           ", whose text does not name it; another function of that scope does");
  return match;
}

}  // namespace leakcheck::explain
