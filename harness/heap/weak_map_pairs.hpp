#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/heap/heap_graph.hpp"

namespace leakcheck::heap {

/// The two edges of each WeakMap's pair, out of the table and out of the key, to the value.
/// Cost: a bit a node and some 200 bytes a pair; reads names where a value has more than one pair.
class WeakMapPairs {
 public:
  explicit WeakMapPairs(const HeapGraph& graph);

  /// Whether an internal edge is one of a pair, and the other was not asked for before it.
  bool is_first_seen(EdgeIndex edge, NodeIndex target) {
    return is_value_[raw(target)] && toggle(raw(edge));
  }

 private:
  void join_by_name(const HeapGraph& graph, const std::vector<std::uint32_t>& edges);
  bool toggle(std::uint32_t edge);

  std::vector<bool> is_value_;                              // by node
  std::unordered_map<std::uint32_t, std::uint32_t> pairs_;  // by edge: which pair
  std::unordered_map<std::string, std::uint32_t> by_name_;  // of those that names had to tell
  std::vector<bool> is_pending_;                            // by pair: one of its edges was seen
};

}  // namespace leakcheck::heap
