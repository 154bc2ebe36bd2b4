#include "harness/heap/dominators.hpp"

#include <algorithm>

#include "harness/heap/depth_first.hpp"
#include "harness/heap/semi_nca.hpp"
#include "harness/heap/shallow_sizes.hpp"

namespace leakcheck::heap {

std::uint64_t Dominators::large_size(NodeIndex node) const {
  const auto found =
      std::lower_bound(large_sizes.begin(), large_sizes.end(), raw(node),
                       [](const auto& each, std::uint32_t index) { return each.first < index; });
  return found != large_sizes.end() && found->first == raw(node) ? found->second : UINT32_MAX;
}

Dominators find_dominators(const HeapGraph& graph) {
  Dominators result;
  find_shallow_sizes(graph, result);
  DepthFirst order = walk_depth_first(graph);
  const std::vector<std::uint32_t> dominators = find_numbered_dominators(order);
  const std::uint32_t count = graph.node_count();
  result.parents.resize(count);
  result.retained_sizes.resize(count);
  for (std::uint32_t node = 0; node < count; ++node)
    result.retained_sizes[node] = result.shallow_size(NodeIndex{node});
  for (std::uint32_t i = count - 1; i > 0; --i) {
    const std::uint32_t node = order.nodes[i];
    const std::uint32_t parent = order.nodes[dominators[i]];
    result.parents[node] = NodeIndex{parent};
    result.retained_sizes[parent] += result.retained_sizes[node];
  }
  return result;
}

}  // namespace leakcheck::heap
