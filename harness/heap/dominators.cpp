#include "harness/heap/dominators.hpp"

#include <algorithm>

#include "harness/heap/shallow_sizes.hpp"

namespace leakcheck::heap {
namespace {

/// Nodes in the order in which a depth-first walk over the essential edges meets them.
struct DepthFirst {
  std::vector<std::uint32_t> nodes;    ///< by number
  std::vector<std::uint32_t> numbers;  ///< by node
  std::vector<std::uint32_t> parents;  ///< by number: the number of the node that led there
  std::uint32_t held = 0;  ///< those from this number on hold one another: nothing leads to them
};

void walk(const HeapGraph& graph, const EssentialEdges& essential, NodeIndex start,
          DepthFirst& order) {
  std::vector<std::pair<NodeIndex, std::uint32_t>> path;
  const auto enter = [&](NodeIndex node, std::uint32_t parent) {
    order.numbers[raw(node)] = static_cast<std::uint32_t>(order.nodes.size());
    order.nodes.push_back(raw(node));
    order.parents.push_back(parent);
    path.emplace_back(node, graph.columns().first_edges[raw(node)]);
  };
  enter(start, 0);
  while (!path.empty()) {
    auto& [node, next] = path.back();
    const NodeIndex from = node;
    if (next == graph.columns().first_edges[raw(from) + 1]) {
      path.pop_back();
      continue;
    }
    const EdgeIndex edge{next++};
    const NodeIndex target = graph.target(edge);
    if (order.numbers[raw(target)] == UINT32_MAX && essential.contains(from, edge))
      enter(target, order.numbers[raw(from)]);
  }
}

/// Edges by their target's number: those of number i are at first[i] up to first[i + 1].
struct Predecessors {
  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> numbers;
};

Predecessors find_predecessors(const HeapGraph& graph, const EssentialEdges& essential,
                               const DepthFirst& order) {
  Predecessors result;
  result.first.assign(graph.node_count() + 1, 0);
  const auto for_each = [&](auto&& use) {
    for (std::uint32_t from = 0; from < graph.node_count(); ++from)
      if (order.numbers[from] < order.held)
        for (const EdgeIndex edge : graph.edges(NodeIndex{from}))
          if (essential.contains(NodeIndex{from}, edge))
            use(order.numbers[from], order.numbers[raw(graph.target(edge))]);
  };
  for_each([&](std::uint32_t, std::uint32_t to) { ++result.first[to]; });
  std::uint32_t sum = 0;
  for (std::uint32_t& each : result.first) each = sum += each;
  result.numbers.resize(sum);
  for_each(
      [&](std::uint32_t from, std::uint32_t to) { result.numbers[--result.first[to]] = from; });
  return result;
}

/// The immediate dominator's number of each number.
std::vector<std::uint32_t> run_semi_nca(const DepthFirst& order, const Predecessors& preds) {
  const auto count = static_cast<std::uint32_t>(order.nodes.size());
  std::vector<std::uint32_t> dominators = order.parents;
  std::vector<std::uint32_t> ancestors = order.parents;
  std::vector<std::uint32_t> labels(count);
  std::vector<std::uint32_t> semis(count);
  std::vector<std::uint32_t> path;
  for (std::uint32_t i = 0; i < count; ++i) labels[i] = i;
  // The least semidominator on the way up from `node` through what is numbered after `last`.
  const auto evaluate = [&](std::uint32_t node, std::uint32_t last) {
    if (node <= last) return node;
    for (; ancestors[node] > last; node = ancestors[node]) path.push_back(node);
    std::uint32_t least = labels[node];
    const std::uint32_t top = ancestors[node];
    for (; !path.empty(); path.pop_back()) {
      const std::uint32_t each = path.back();
      least = labels[each] = std::min(least, labels[each]);
      ancestors[each] = top;
    }
    return least;
  };
  for (std::uint32_t i = count - 1; i > 0; --i) {
    std::uint32_t semi = order.parents[i];
    for (std::uint32_t p = preds.first[i]; p < preds.first[i + 1]; ++p)
      semi = std::min(semi, evaluate(preds.numbers[p], i));
    semis[i] = labels[i] = semi;
  }
  for (std::uint32_t i = 1; i < count; ++i)
    while (dominators[i] > semis[i]) dominators[i] = dominators[dominators[i]];
  return dominators;
}

}  // namespace

std::uint64_t Dominators::large_size(NodeIndex node) const {
  const auto found =
      std::lower_bound(large_sizes.begin(), large_sizes.end(), raw(node),
                       [](const auto& each, std::uint32_t index) { return each.first < index; });
  return found != large_sizes.end() && found->first == raw(node) ? found->second : UINT32_MAX;
}

Dominators find_dominators(const HeapGraph& graph) {
  const EssentialEdges essential(graph);
  DepthFirst order;
  order.numbers.assign(graph.node_count(), UINT32_MAX);
  walk(graph, essential, kRoot, order);

  std::vector<bool> is_retained(graph.node_count());
  for (std::uint32_t from = 0; from < graph.node_count(); ++from)
    for (const EdgeIndex edge : graph.edges(NodeIndex{from}))
      if (essential.contains(NodeIndex{from}, edge)) is_retained[raw(graph.target(edge))] = true;
  for (std::uint32_t node = 0; node < graph.node_count(); ++node)
    if (order.numbers[node] == UINT32_MAX && !is_retained[node])
      walk(graph, essential, NodeIndex{node}, order);
  order.held = static_cast<std::uint32_t>(order.nodes.size());
  for (std::uint32_t node = 0; node < graph.node_count(); ++node) {
    if (order.numbers[node] != UINT32_MAX) continue;
    order.numbers[node] = static_cast<std::uint32_t>(order.nodes.size());
    order.nodes.push_back(node);
    order.parents.push_back(0);
  }

  const std::vector<std::uint32_t> dominators =
      run_semi_nca(order, find_predecessors(graph, essential, order));
  Dominators result;
  find_shallow_sizes(graph, result);
  result.parents.resize(graph.node_count());
  result.retained_sizes.resize(graph.node_count());
  for (std::uint32_t node = 0; node < graph.node_count(); ++node) {
    result.parents[node] = NodeIndex{order.nodes[dominators[order.numbers[node]]]};
    result.retained_sizes[node] = result.shallow_size(NodeIndex{node});
  }
  for (std::size_t i = order.nodes.size() - 1; i > 0; --i) {
    const std::uint32_t node = order.nodes[i];
    result.retained_sizes[raw(result.parents[node])] += result.retained_sizes[node];
  }
  return result;
}

}  // namespace leakcheck::heap
