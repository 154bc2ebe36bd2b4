#include "harness/heap/retainer_path.hpp"

#include <algorithm>
#include <string>

#include "harness/heap/root_search.hpp"

namespace leakcheck::heap {
namespace {

/// The hop that a person starts to read at.
std::size_t find_start(const std::vector<Hop>& path) {
  const std::size_t last = path.size() - 1;
  for (const Origin origin : {Origin::own, Origin::library, Origin::node})
    for (std::size_t i = last; i-- > 0;)
      if (path[i].anchor == origin) return i;
  return 0;
}

bool alike(const HeapGraph& graph, const Hop& a, const Hop& b) {
  return graph.type(a.node) == graph.type(b.node) && graph.name(a.node) == graph.name(b.node) &&
         graph.edge_type(a.edge) == graph.edge_type(b.edge);
}

/// From `at` on, how many hops repeat with a period of `period`; at most `most`.
std::size_t repeats_for(const HeapGraph& graph, const std::vector<Hop>& path, std::size_t at,
                        std::size_t period, std::size_t most) {
  const std::size_t last = at + std::min(most, path.size() - at);
  std::size_t end = std::min(at + period, last);
  while (end < last && alike(graph, path[end], path[end - period])) ++end;
  return end - at;
}

/// Plain objects within each other are no chain unless the properties are called the same. Looked
/// at where it begins only: a name may have to be read from the file.
bool has_same_names(const HeapGraph& graph, const std::vector<Hop>& path, std::size_t at,
                    std::size_t period) {
  for (std::size_t i = at; i < at + period; ++i)
    for (std::size_t next = i + period; next < at + 3 * period; next += period) {
      if (graph.edge_type(path[i].edge) == EdgeType::element) continue;
      if (graph.edge_type(path[i].edge) == EdgeType::internal) continue;
      if (graph.edge_name_or_index(path[i].edge) != graph.edge_name_or_index(path[next].edge))
        return false;
    }
  return true;
}

constexpr std::size_t kLongestPeriod = 8;

std::vector<Hop> without_chains(const HeapGraph& graph, const std::vector<Hop>& path) {
  std::vector<Hop> kept(path.begin(), path.begin() + 1);
  for (std::size_t at = 1; at < path.size();) {
    std::size_t length = 0;
    std::size_t period = 1;
    for (; period <= kLongestPeriod; ++period) {
      // The beginning alone decides: a long path of unlike names is not walked from every hop.
      const std::size_t begin = std::max<std::size_t>(3 * period, 4);
      if (repeats_for(graph, path, at, period, begin) == begin &&
          has_same_names(graph, path, at, period)) {
        length = repeats_for(graph, path, at, period, path.size());
        break;
      }
    }
    if (length == 0) {
      kept.push_back(path[at++]);
      continue;
    }
    // The first round and the last stay; what is left over of a round is read on its own.
    const std::size_t rounds = length / period;
    for (std::size_t i = 0; i < period; ++i) kept.push_back(path[at + i]);
    const std::size_t last = at + (rounds - 1) * period;
    for (std::size_t i = 0; i < period; ++i) kept.push_back(path[last + i]);
    kept[kept.size() - period].collapsed += static_cast<std::uint32_t>(last - at - period);
    at = last + period;
  }
  return kept;
}

}  // namespace

RootPaths::RootPaths(const HeapGraph& graph) : graph_(graph), scripts_(graph) {
  RootSearch(*this).run();
}

Origin RootPaths::anchor_of(NodeIndex node) const {
  const auto found = std::lower_bound(
      anchors_.begin(), anchors_.end(), node,
      [](const auto& anchor, NodeIndex wanted) { return raw(anchor.first) < raw(wanted); });
  if (found == anchors_.end() || found->first != node) return Origin::unknown;
  // A script that has no name is the program's sooner than anybody else's.
  return found->second == Origin::unknown ? Origin::own : found->second;
}

std::vector<Hop> RootPaths::path_to(NodeIndex node) const {
  if (raw(node) >= parent_edges_.size() || parent_edges_[raw(node)] == RootSearch::kNotReached)
    return {};
  std::vector<Hop> down;
  while (parent_edges_[raw(node)] != RootSearch::kSeed) {
    const EdgeIndex edge{parent_edges_[raw(node)]};
    down.push_back({edge, node, 0, anchor_of(node)});
    node = graph_.source(edge);
  }
  std::vector<Hop> path{{kNoEdge, kRoot, 0, Origin::unknown}};
  if (const auto way = ways_.find(node); way != ways_.end()) path = way->second;
  for (Hop& hop : path) hop.anchor = anchor_of(hop.node);
  path.insert(path.end(), down.rbegin(), down.rend());
  return path;
}

std::vector<Hop> RootPaths::informative_path_to(NodeIndex node) const {
  return without_library_frames(scripts_, informative_part(graph_, path_to(node)));
}

std::vector<Hop> informative_part(const HeapGraph& graph, const std::vector<Hop>& path) {
  if (path.empty()) return {};
  const auto start = path.begin() + static_cast<std::ptrdiff_t>(find_start(path));
  return without_chains(graph, std::vector<Hop>(start, path.end()));
}

std::vector<Hop> without_library_frames(const ScriptIndex& scripts, const std::vector<Hop>& path) {
  const auto is_foreign = [&](const Hop& hop) {
    const Origin origin = scripts.is_context(hop.node) ? scripts.origin_of_context(hop.node)
                                                       : scripts.origin_of(hop.node);
    return origin == Origin::library || origin == Origin::node;
  };
  const auto is_own = [&](const Hop& hop) {
    return hop.anchor == Origin::own || scripts.origin_of(hop.node) == Origin::own ||
           scripts.origin_of_context(hop.node) == Origin::own;
  };
  std::vector<Hop> kept;
  for (std::size_t at = 0; at < path.size();) {
    kept.push_back(path[at++]);
    if (!is_foreign(kept.back())) continue;
    // Up to the last foreign node that no node of the program's own is before.
    std::size_t last = at;
    int inside = -1;
    for (std::size_t i = at; i < path.size() && !is_own(path[i]); ++i) {
      if (!is_foreign(path[i])) continue;
      last = i;
      ++inside;
    }
    if (inside < 1) continue;
    kept.push_back(path[last]);
    for (std::size_t i = at; i < last; ++i) kept.back().collapsed += 1 + path[i].collapsed;
    at = last + 1;
  }
  return kept;
}

}  // namespace leakcheck::heap
