#include "harness/explain/merge.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace leakcheck::explain {

using heap::NodeIndex;

namespace {

constexpr int kDeepest = 64;

/// The pile whose item holds a node alone, or that the node is an item of: its number + 1, or 0.
std::uint32_t pile_above(const Scene& scene, const PileOfNode& pile_of, NodeIndex node,
                         std::uint32_t not_this) {
  for (int depth = 0; depth < kDeepest; ++depth) {
    const std::uint32_t pile = pile_of[raw(node)];
    if (pile != 0 && pile != not_this + 1) return pile;
    const NodeIndex above = scene.last.dominators.parent(node);
    if (above == node || (scene.by_id() && !scene.is_new(above))) return 0;
    node = above;
  }
  return 0;
}

/// The other piles that at least half of a sample of items, or what they hold, belong to.
std::vector<std::uint32_t> find_related(const Scene& scene, std::uint32_t number,
                                        const Contents& contents, const PileOfNode& pile_of) {
  std::map<std::uint32_t, std::size_t> votes;
  for (const ItemContents& each : contents.items) {
    std::vector<std::uint32_t> seen = each.piles;
    if (const auto above = pile_above(scene, pile_of, each.item, number); above != 0)
      seen.push_back(above - 1);
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (const std::uint32_t other : seen) ++votes[other];
  }
  std::vector<std::uint32_t> related;
  for (const auto& [other, count] : votes)
    if (other != number && count * 2 >= contents.items.size()) related.push_back(other);
  return related;
}

int rank_of(heap::Origin origin) {
  switch (origin) {
    case heap::Origin::own:
      return 0;
    case heap::Origin::library:
      return 1;
    default:
      return 2;
  }
}

bool is_better(const Rank& a, const Rank& b) {
  if (a.rule != b.rule) return a.rule < b.rule;
  if (a.is_counted != b.is_counted) return a.is_counted;
  if (a.origin != b.origin) return rank_of(a.origin) < rank_of(b.origin);
  return a.bytes != b.bytes ? a.bytes > b.bytes : a.id < b.id;
}

}  // namespace

PileOfNode number_items(const Scene& scene, const std::vector<Pile>& piles) {
  PileOfNode pile_of(scene.graph.node_count(), 0);
  for (std::uint32_t i = 0; i < piles.size(); ++i)
    for (const NodeIndex item : piles[i].items)
      if (pile_of[raw(item)] == 0) pile_of[raw(item)] = i + 1;
  return pile_of;
}

std::vector<Group> merge_piles(const Scene& scene, const std::vector<Pile>& piles,
                               const std::vector<Contents>& contents, const PileOfNode& pile_of,
                               const std::vector<Rank>& ranks) {
  std::vector<std::size_t> first(piles.size());
  std::iota(first.begin(), first.end(), 0);
  const auto find = [&](std::size_t i) {
    while (first[i] != i) i = first[i];
    return i;
  };
  for (std::uint32_t i = 0; i < piles.size(); ++i)
    for (const std::uint32_t other : find_related(scene, i, contents[i], pile_of))
      first[std::max(find(i), find(other))] = std::min(find(i), find(other));
  std::map<std::size_t, Group> groups;
  for (std::size_t i = 0; i < piles.size(); ++i) {
    const auto [group, is_first] = groups.try_emplace(find(i), Group{i, {}, true});
    if (is_first) continue;
    std::size_t other = i;
    if (is_better(ranks[i], ranks[group->second.best])) std::swap(other, group->second.best);
    group->second.others.push_back(other);
  }
  std::vector<Group> out;
  for (auto& [number, group] : groups) out.push_back(std::move(group));
  return out;
}

}  // namespace leakcheck::explain
