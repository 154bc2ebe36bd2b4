#pragma once

#include <cstdint>
#include <vector>

#include "harness/heap/depth_first.hpp"

namespace leakcheck::heap {

/// The immediate dominator of each number, as a number; the root's is itself. A dominator's number
/// is less than its own.
/// Cost:   O(E log N), 8 bytes a node besides `order`, of which only `nodes` is left.
/// Source: Georgiadis, Tarjan, Werneck (2006), Finding Dominators in Practice.
std::vector<std::uint32_t> find_numbered_dominators(DepthFirst& order);

}  // namespace leakcheck::heap
