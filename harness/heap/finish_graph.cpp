#include "harness/heap/finish_graph.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace leakcheck::heap {
namespace {

constexpr const char* kCure = "the file is damaged or was changed: take the snapshot again";
constexpr std::uint32_t kTableSide = 1U << 31U;

tl::unexpected<Error> refuse(std::string what) {
  return fail(ErrorKind::io, std::move(what), kCure);
}

Result<void> add_up_edges(GraphColumns& c) {
  std::uint64_t sum = 0;
  for (std::uint32_t& first : c.first_edges)
    sum += std::exchange(first, static_cast<std::uint32_t>(sum));
  if (sum != c.edges.size())
    return refuse("its nodes count " + std::to_string(sum) + " edges, but there are " +
                  std::to_string(c.edges.size()));
  c.first_edges.push_back(static_cast<std::uint32_t>(sum));
  return {};
}

Result<void> check_node_names(const GraphColumns& c, std::uint32_t strings) {
  for (std::size_t node = 0; node < c.names.size(); ++node)
    if (c.names[node] >= strings)
      return refuse("node " + std::to_string(node) + " is named by string " +
                    std::to_string(c.names[node]) + ", but there are only " +
                    std::to_string(strings));
  return {};
}

/// The node that an edge starts at.
std::uint32_t source_of(const GraphColumns& c, std::uint32_t edge) {
  const auto after = std::upper_bound(c.first_edges.begin(), c.first_edges.end(), edge);
  return static_cast<std::uint32_t>(after - c.first_edges.begin() - 1);
}

void mark(GraphColumns& c, const WeakMapEdge& each) {
  if (c.ids[source_of(c, each.edge)] == each.table) c.edges[each.edge] |= kTableSide;
}

/// Of a stream, whose strings come after its edges.
Result<void> check_edge_names(GraphColumns& c, const FinishInput& parts) {
  const std::uint32_t strings = parts.strings.size();
  for (std::uint32_t edge = 0; edge < c.edges.size(); ++edge) {
    const auto type = static_cast<EdgeType>((c.edges[edge] >> 28U) & 7U);
    if (type == EdgeType::element || type == EdgeType::hidden) continue;
    const std::uint32_t name = parts.names.names[edge];
    if (name >= strings)
      return refuse("edge " + std::to_string(edge) + " is named by string " + std::to_string(name) +
                    ", but there are only " + std::to_string(strings));
    if (type != EdgeType::internal) continue;
    if (const auto table = parts.strings.weak_map_table(name)) mark(c, {edge, *table});
  }
  return {};
}

}  // namespace

Result<void> finish_graph(GraphColumns& c, const FinishInput& parts) {
  if (c.types.empty()) return refuse("it has no nodes, not even the root");
  if (auto done = add_up_edges(c); !done) return done;
  if (auto done = check_node_names(c, parts.strings.size()); !done) return done;
  if (parts.edges_checked) {
    for (const WeakMapEdge& each : parts.weak_map_edges) mark(c, each);
  } else if (auto done = check_edge_names(c, parts); !done) {
    return done;
  }
  const auto before = [](const auto& a, const auto& b) { return a.first < b.first; };
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  std::stable_sort(c.locations.begin(), c.locations.end(), before);
  c.locations.erase(std::unique(c.locations.begin(), c.locations.end(), same), c.locations.end());
  return {};
}

}  // namespace leakcheck::heap
