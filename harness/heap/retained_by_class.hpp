#pragma once

#include <cstdint>
#include <vector>

#include "harness/heap/dominators.hpp"

namespace leakcheck::heap {

/// What each class retains: the sum over its objects that no other of the class retains.
/// `classes`: the class of every node, below `count`; kNoClass: of none that is asked for.
/// Cost:   8 bytes a node, and a walk down the dominator tree past all that can't matter.
/// Source: chrome-devtools-frontend, HeapSnapshot.ts, calculateClassesRetainedSize.
inline constexpr std::uint32_t kNoClass = UINT32_MAX;
std::vector<std::uint64_t> retained_by_class(const Dominators& dominators,
                                             const std::vector<std::uint32_t>& classes,
                                             std::size_t count);

}  // namespace leakcheck::heap
