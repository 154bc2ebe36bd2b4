#include "harness/heap/shallow_sizes.hpp"

#include <algorithm>
#include <map>

#include "harness/heap/name_filter.hpp"

namespace leakcheck::heap {
namespace {

constexpr std::uint32_t kNoOwner = UINT32_MAX;
constexpr std::uint32_t kSeveral = UINT32_MAX - 1;

/// Of each node, who owns it: itself, one other, nobody or several.
std::vector<std::uint32_t> find_owners(const HeapGraph& graph) {
  NameFilter external_strings(graph, "system / ExternalStringData");
  std::vector<std::uint32_t> owners(graph.node_count());
  std::vector<std::uint32_t> open;
  for (std::uint32_t i = 0; i < graph.node_count(); ++i) {
    const NodeType type = graph.type(NodeIndex{i});
    const bool is_part = type == NodeType::hidden || type == NodeType::array ||
                         (type == NodeType::native && external_strings.matches(NodeIndex{i}));
    owners[i] = is_part ? kNoOwner : i;
    if (!is_part) open.push_back(i);
  }
  while (!open.empty()) {
    const std::uint32_t node = open.back();
    open.pop_back();
    const std::uint32_t owner = owners[node];
    for (const EdgeIndex edge : graph.edges(NodeIndex{node})) {
      if (graph.edge_type(edge) == EdgeType::weak) continue;
      const std::uint32_t target = raw(graph.target(edge));
      std::uint32_t& owned_by = owners[target];
      if (owned_by == target || owned_by == owner || owned_by == kSeveral) continue;
      owned_by = owned_by == kNoOwner ? owner : kSeveral;
      open.push_back(target);
    }
  }
  return owners;
}

bool has_user_roots(const HeapGraph& graph) {
  for (const EdgeIndex edge : graph.edges(kRoot))
    if (is_user_root(graph, graph.target(edge))) return true;
  return false;
}

}  // namespace

void find_shallow_sizes(const HeapGraph& graph, Dominators& dominators) {
  dominators.shallow_sizes = graph.columns().self_sizes;
  dominators.large_sizes = graph.columns().large_sizes;
  if (!has_user_roots(graph)) return;
  const std::vector<std::uint32_t> owners = find_owners(graph);
  std::map<std::uint32_t, std::uint64_t> large(dominators.large_sizes.begin(),
                                               dominators.large_sizes.end());
  auto& sizes = dominators.shallow_sizes;
  for (std::uint32_t i = 0; i < graph.node_count(); ++i) {
    const std::uint32_t owner = owners[i];
    if (owner == i || owner == kNoOwner || owner == kSeveral) continue;
    if (owner == raw(kRoot) || graph.type(NodeIndex{owner}) == NodeType::synthetic) continue;
    const std::uint64_t given = sizes[i] != UINT32_MAX ? sizes[i] : large[i];
    const std::uint64_t sum = (sizes[owner] != UINT32_MAX ? sizes[owner] : large[owner]) + given;
    large.erase(i);
    sizes[i] = 0;
    if (sum >= UINT32_MAX) large[owner] = sum;
    sizes[owner] = static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, UINT32_MAX));
  }
  dominators.large_sizes.assign(large.begin(), large.end());
}

}  // namespace leakcheck::heap
