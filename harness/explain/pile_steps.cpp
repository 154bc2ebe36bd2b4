#include "harness/explain/pile_steps.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "harness/heap/classes.hpp"
#include "harness/heap/fan_out.hpp"

namespace leakcheck::explain {

using heap::kNoNode;
using heap::NodeIndex;

namespace {

/// One pile's owner at every snapshot.
struct Seen {
  std::vector<std::int64_t> sizes;
  bool is_gone = false;  ///< not there in one of them
};

/// An owner that gains edges is counted, any other is measured.
bool is_counted(const Pile& pile) {
  return pile.fan_out_after > pile.fan_out_before;
}

std::int64_t measure(const heap::Snapshot& snapshot, NodeIndex node, const Pile& pile) {
  if (is_counted(pile)) return heap::fan_out(snapshot.graph, node);
  return static_cast<std::int64_t>(snapshot.dominators.retained_size(node));
}

void add_step(const heap::Snapshot& snapshot, const Scene& scene, const std::vector<Pile>& piles,
              std::vector<Seen>& seen) {
  std::unordered_multimap<std::uint32_t, std::size_t> wanted;
  for (std::size_t i = 0; i < piles.size(); ++i) wanted.emplace(scene.graph.id(piles[i].owner), i);
  std::vector<bool> found(piles.size());
  for (std::uint32_t i = 0; i < snapshot.graph.node_count(); ++i) {
    const NodeIndex node{i};
    const auto [from, to] = wanted.equal_range(snapshot.graph.id(node));
    for (auto match = from; match != to; ++match) {
      const Pile& pile = piles[match->second];
      if (snapshot.graph.type(node) != scene.graph.type(pile.owner)) continue;
      seen[match->second].sizes.push_back(measure(snapshot, node, pile));
      found[match->second] = true;
    }
  }
  for (std::size_t i = 0; i < piles.size(); ++i)
    if (!found[i]) seen[i].is_gone = true;
}

/// What a step has to bring: a tenth of the mean. Less is what a table or a name costs.
bool grew(std::int64_t step, std::int64_t all, std::size_t steps) {
  return step > 0 && step * 10 * static_cast<std::int64_t>(steps) >= all;
}

}  // namespace

void look_at_steps(const Scene& scene, std::vector<Pile>& piles) {
  if (scene.snapshots.size() < 3) return;
  std::vector<Seen> seen(piles.size());
  for (std::size_t i = 0; i < piles.size(); ++i)
    seen[i].sizes.push_back(measure(*scene.first, piles[i].before, piles[i]));
  for (const heap::Snapshot* between : scene.snapshots.subspan(1, scene.snapshots.size() - 2))
    add_step(*between, scene, piles, seen);
  for (std::size_t i = 0; i < piles.size(); ++i) {
    Pile& pile = piles[i];
    // One of many alike may have had its turn before.
    if (seen[i].is_gone || pile.alike > 1) continue;
    std::vector<std::int64_t>& sizes = seen[i].sizes;
    sizes.push_back(measure(scene.last, pile.owner, pile));
    const std::int64_t all = sizes.back() - sizes.front();
    const std::size_t steps = sizes.size() - 1;
    pile.grew_last = grew(sizes[steps] - sizes[steps - 1], all, steps);
    if (is_counted(pile)) continue;  // the comparison has looked
    pile.at_every_step = true;
    for (std::size_t step = 0; step < steps; ++step)
      pile.at_every_step = pile.at_every_step && grew(sizes[step + 1] - sizes[step], all, steps);
  }
}

void look_at_classes(const Scene& scene, std::vector<Pile>& piles) {
  if (scene.comparison == nullptr || piles.empty()) return;
  const heap::ClassOfNode classes = heap::find_classes(scene.graph);
  std::map<std::pair<std::string, std::string>, std::int64_t> growth;
  for (const heap::ClassDelta& delta : scene.comparison->classes)
    growth[{delta.name, delta.place}] = delta.count_delta();
  for (Pile& pile : piles) {
    if (pile.items.empty()) continue;
    const std::uint32_t number = classes.classes[raw(pile.items.front())];
    const auto found = growth.find({classes.names[number], classes.places[number]});
    pile.class_growth = found == growth.end() ? 0 : found->second;
  }
}

}  // namespace leakcheck::explain
