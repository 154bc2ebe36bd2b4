#include "harness/heap/weak_map_pairs.hpp"

#include <utility>

namespace leakcheck::heap {

WeakMapPairs::WeakMapPairs(const HeapGraph& graph) : is_value_(graph.node_count()) {
  // Internal edges to each value: those out of tables, and the others, of which one is the key's.
  struct Sides {
    std::vector<std::uint32_t> tables;
    std::vector<std::uint32_t> others;
  };
  std::unordered_map<std::uint32_t, Sides> sides;
  for (std::uint32_t i = 0; i < graph.edge_count(); ++i) {
    if (!graph.is_weak_map_table_side(EdgeIndex{i})) continue;
    const std::uint32_t value = raw(graph.target(EdgeIndex{i}));
    is_value_[value] = true;
    sides[value].tables.push_back(i);
  }
  if (sides.empty()) return;
  for (std::uint32_t i = 0; i < graph.edge_count(); ++i) {
    const EdgeIndex edge{i};
    if (graph.edge_type(edge) != EdgeType::internal || graph.is_weak_map_table_side(edge)) continue;
    const std::uint32_t target = raw(graph.target(edge));
    if (is_value_[target]) sides[target].others.push_back(i);
  }
  for (const auto& [value, side] : sides) {
    if (side.tables.size() == 1 && side.others.size() == 1) {
      const auto pair = static_cast<std::uint32_t>(is_pending_.size());
      is_pending_.push_back(false);
      pairs_[side.tables.front()] = pairs_[side.others.front()] = pair;
      continue;
    }
    join_by_name(graph, side.tables);
    join_by_name(graph, side.others);
  }
  by_name_ = {};
}

void WeakMapPairs::join_by_name(const HeapGraph& graph, const std::vector<std::uint32_t>& edges) {
  for (const std::uint32_t edge : edges) {
    const std::string name = graph.edge_name(EdgeIndex{edge});
    const std::size_t pair = name.find(" / part of key (");
    if (pair == std::string::npos || pair == 0) continue;
    const auto [known, is_new] =
        by_name_.try_emplace(name.substr(pair), static_cast<std::uint32_t>(is_pending_.size()));
    if (is_new) is_pending_.push_back(false);
    pairs_[edge] = known->second;
  }
}

bool WeakMapPairs::toggle(std::uint32_t edge) {
  const auto pair = pairs_.find(edge);
  if (pair == pairs_.end()) return false;
  is_pending_[pair->second] = !is_pending_[pair->second];
  return is_pending_[pair->second];
}

}  // namespace leakcheck::heap
