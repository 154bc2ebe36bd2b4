#pragma once

#include <cstdint>

namespace leakcheck::heap {

/// Which row of the snapshot's nodes, edges or strings: none of the three can be taken for another.
enum class NodeIndex : std::uint32_t {};
enum class EdgeIndex : std::uint32_t {};
enum class StringIndex : std::uint32_t {};

/// The number in an index.
constexpr std::uint32_t raw(NodeIndex index) {
  return static_cast<std::uint32_t>(index);
}
constexpr std::uint32_t raw(EdgeIndex index) {
  return static_cast<std::uint32_t>(index);
}
constexpr std::uint32_t raw(StringIndex index) {
  return static_cast<std::uint32_t>(index);
}

constexpr NodeIndex kNoNode{UINT32_MAX};
constexpr EdgeIndex kNoEdge{UINT32_MAX};

/// The root of every snapshot is its first node.
constexpr NodeIndex kRoot{0};

/// As many nodes as a target of 28 bits can name; a snapshot of more is refused. V8 does not come
/// near: 268 million nodes are a snapshot of some 20 GB.
constexpr std::uint32_t kMostNodes = 1U << 28U;

}  // namespace leakcheck::heap
