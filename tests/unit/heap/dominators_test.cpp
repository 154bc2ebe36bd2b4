#include "harness/heap/dominators.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

#include "tests/unit/heap/heap_builder.hpp"

using namespace leakcheck::heap;

namespace {

/// What an essential edge leads to from `start`, without going through `without`.
std::vector<bool> find_reachable(const HeapGraph& graph, const EssentialEdges& essential,
                                 const std::set<std::uint32_t>& roots, std::uint32_t without) {
  std::vector<bool> reached(graph.node_count());
  std::vector<std::uint32_t> open;
  const auto reach = [&](std::uint32_t node) {
    if (node == without || reached[node]) return;
    reached[node] = true;
    open.push_back(node);
  };
  for (const std::uint32_t root : roots) reach(root);
  while (!open.empty()) {
    const NodeIndex from{open.back()};
    open.pop_back();
    for (const EdgeIndex edge : graph.edges(from))
      if (essential.contains(from, edge)) reach(raw(graph.target(edge)));
  }
  return reached;
}

/// The root, and what has no essential edge to it.
std::set<std::uint32_t> find_starts(const HeapGraph& graph, const EssentialEdges& essential) {
  std::set<std::uint32_t> starts;
  for (std::uint32_t i = 0; i < graph.node_count(); ++i) starts.insert(starts.end(), i);
  for (std::uint32_t i = 0; i < graph.node_count(); ++i)
    for (const EdgeIndex edge : graph.edges(NodeIndex{i}))
      if (essential.contains(NodeIndex{i}, edge)) starts.erase(raw(graph.target(edge)));
  starts.insert(raw(kRoot));
  return starts;
}

/// By the definition: a node dominates what is not reachable without it, and the immediate
/// dominator of a node is the one that all of its other dominators dominate.
std::vector<std::uint32_t> find_by_definition(const HeapGraph& graph) {
  const EssentialEdges essential(graph);
  const auto starts = find_starts(graph, essential);
  const std::uint32_t count = graph.node_count();
  const auto all = find_reachable(graph, essential, starts, UINT32_MAX);
  std::vector<std::vector<bool>> dominates(count);
  std::vector<std::uint32_t> dominators(count);  // how many each has
  for (std::uint32_t node = 1; node < count; ++node) {
    dominates[node] = find_reachable(graph, essential, starts, node);
    for (std::uint32_t i = 0; i < count; ++i) {
      dominates[node][i] = all[node] && all[i] && i != node && !dominates[node][i];
      dominators[i] += dominates[node][i] ? 1U : 0U;
    }
  }
  std::vector<std::uint32_t> immediate(count);  // the root's, and that of circles, is the root
  for (std::uint32_t i = 0; i < count; ++i)
    for (std::uint32_t node = 1; node < count; ++node)
      if (dominates[node][i] && dominators[node] + 1 == dominators[i]) immediate[i] = node;
  return immediate;
}

/// Some nodes of all kinds, with edges of all types at random; not all of them are reachable.
HeapGraph make_random(std::mt19937& random) {
  const auto below = [&](std::size_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  constexpr NodeType kTypes[] = {NodeType::object, NodeType::array,     NodeType::hidden,
                                 NodeType::native, NodeType::synthetic, NodeType::closure};
  constexpr EdgeType kEdges[] = {EdgeType::property, EdgeType::internal, EdgeType::context,
                                 EdgeType::weak,     EdgeType::shortcut, EdgeType::property};
  HeapBuilder heap;
  const std::uint32_t count = 4 + below(24);
  for (std::uint32_t i = 0; i < count; ++i) heap.add(kTypes[below(6)], "n", 1 + below(100));
  const std::uint32_t nodes = count + 3;
  const std::uint32_t edges = count / 2 + below(3ULL * count);
  for (std::uint32_t i = 0; i < edges; ++i) {
    const std::uint32_t from = below(nodes);
    if (below(12) == 0)
      heap.weak_map_pair(from, below(nodes), below(nodes));
    else if (below(4) == 0)
      heap.element(from, i, below(nodes));
    else
      heap.edge(from, kEdges[below(6)], "e", below(nodes));
  }
  return heap.graph();
}

}  // namespace

TEST_CASE("Dominators: as by definition, in random graphs with orphans, circles and WeakMaps") {
  std::mt19937 random(20260);
  for (int i = 0; i < 1000; ++i) {
    CAPTURE(i);
    const HeapGraph graph = make_random(random);
    const Dominators dominators = find_dominators(graph);
    const std::vector<std::uint32_t> wanted = find_by_definition(graph);
    for (std::uint32_t node = 0; node < graph.node_count(); ++node)
      REQUIRE(raw(dominators.parent(NodeIndex{node})) == wanted[node]);
  }
}

TEST_CASE("Dominators: what a node's children retain is what it retains, less its own size") {
  std::mt19937 random(7);
  for (int i = 0; i < 200; ++i) {
    const HeapGraph graph = make_random(random);
    const Dominators dominators = find_dominators(graph);
    std::vector<std::uint64_t> children(graph.node_count());
    std::uint64_t own = 0;
    std::uint64_t written = 0;
    for (std::uint32_t node = 0; node < graph.node_count(); ++node) {
      own += dominators.shallow_size(NodeIndex{node});
      written += graph.self_size(NodeIndex{node});
      if (node > 0)
        children[raw(dominators.parent(NodeIndex{node}))] +=
            dominators.retained_size(NodeIndex{node});
    }
    for (std::uint32_t node = 0; node < graph.node_count(); ++node)
      REQUIRE(children[node] + dominators.shallow_size(NodeIndex{node}) ==
              dominators.retained_size(NodeIndex{node}));
    CHECK(dominators.retained_size(kRoot) == own);
    CHECK(own == written);
  }
}

TEST_CASE("Dominators: a chain of a million nodes needs no stack") {
  HeapBuilder heap;
  HeapBuilder::Node last = HeapBuilder::global();
  for (int i = 0; i < 1'000'000; ++i) {
    const auto next = heap.add(NodeType::object, "Link", 1);
    heap.property(last, "next", next);
    last = next;
  }
  const HeapGraph graph = heap.graph();
  const Dominators dominators = find_dominators(graph);
  CHECK(raw(dominators.parent(NodeIndex{last})) == last - 1);
  CHECK(dominators.retained_size(NodeIndex{HeapBuilder::global() + 1}) == 1'000'000);
}

TEST_CASE("Shallow sizes: an array gives its size to its only owner, not to one of two") {
  HeapBuilder heap;
  const auto owner = heap.add(NodeType::object, "Owner", 10);
  const auto other = heap.add(NodeType::object, "Other", 20);
  const auto part = heap.add(NodeType::array, "", 100);
  const auto inner = heap.add(NodeType::hidden, "", 1000);
  const auto shared = heap.add(NodeType::array, "", 5000);
  heap.property(heap.global(), "owner", owner).property(heap.global(), "other", other);
  heap.internal(owner, "elements", part).internal(part, "inner", inner);
  heap.internal(owner, "shared", shared).internal(other, "shared", shared);
  const Dominators dominators = find_dominators(heap.graph());
  CHECK(dominators.shallow_size(NodeIndex{owner}) == 1110);
  CHECK(dominators.shallow_size(NodeIndex{part}) == 0);
  CHECK(dominators.shallow_size(NodeIndex{inner}) == 0);
  CHECK(dominators.shallow_size(NodeIndex{other}) == 20);
  CHECK(dominators.shallow_size(NodeIndex{shared}) == 5000);
}

TEST_CASE("Shallow sizes: past 4 GB they are whole") {
  HeapBuilder heap;
  const auto owner = heap.add(NodeType::object, "Owner", 3'000'000'000);
  const auto part = heap.add(NodeType::array, "", 5'000'000'000);
  heap.property(heap.global(), "owner", owner).internal(owner, "elements", part);
  const Dominators dominators = find_dominators(heap.graph());
  CHECK(dominators.shallow_size(NodeIndex{owner}) == 8'000'000'000);
  CHECK(dominators.shallow_size(NodeIndex{part}) == 0);
  CHECK(dominators.retained_size(NodeIndex{owner}) == 8'000'000'000);
}

TEST_CASE("Distances: a WeakMap's value is as far as the farther of table and key") {
  HeapBuilder heap;
  const auto table = heap.add(NodeType::array, "");
  const auto far = heap.add(NodeType::object, "Far");
  const auto key = heap.add(NodeType::object, "Key");
  const auto value = heap.add(NodeType::object, "Value");
  heap.internal(heap.global(), "table", table).property(heap.global(), "far", far);
  heap.property(far, "key", key).weak_map_pair(table, key, value);
  const HeapGraph graph = heap.graph();
  const std::vector<std::uint32_t> distances = find_distances(graph);
  CHECK(distances[key] == distances[table] + 1);
  CHECK(distances[value] == distances[key] + 1);
  CHECK(distances[raw(kRoot)] == kSystemDistance);
  const Dominators dominators = find_dominators(graph);
  CHECK(dominators.parent(NodeIndex{value}) == NodeIndex{key});
}
