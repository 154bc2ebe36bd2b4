#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "harness/heap/indices.hpp"

namespace leakcheck::heap {

/// A set of nodes that also says which of the set a node is, counted in their order: columns for a
/// few nodes need no hash map.
/// Cost: 1.5 bits a node.
class NodeSet {
 public:
  explicit NodeSet(std::uint32_t nodes = 0) : words_((nodes + 63ULL) / 64) {}

  void add(std::uint32_t node) { words_[node >> 6U] |= 1ULL << (node & 63U); }
  /// To be called after the last add() and before size() and rank().
  void seal() {
    before_.resize(words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i) {
      before_[i] = size_;
      size_ += static_cast<std::uint32_t>(std::popcount(words_[i]));
    }
  }
  bool contains(NodeIndex node) const { return bits(node) != 0; }
  std::uint32_t size() const { return size_; }
  /// How many of the set are before `node`.
  std::uint32_t rank(NodeIndex node) const {
    const std::uint64_t below = (1ULL << (raw(node) & 63U)) - 1;
    return before_[raw(node) >> 6U] +
           static_cast<std::uint32_t>(std::popcount(words_[raw(node) >> 6U] & below));
  }

 private:
  std::uint64_t bits(NodeIndex node) const {
    return words_[raw(node) >> 6U] & (1ULL << (raw(node) & 63U));
  }

  std::vector<std::uint64_t> words_;
  std::vector<std::uint32_t> before_;
  std::uint32_t size_ = 0;
};

}  // namespace leakcheck::heap
