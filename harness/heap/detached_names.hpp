#pragma once

#include <cstdint>
#include <vector>

#include "harness/heap/heap_graph.hpp"

namespace leakcheck::heap {

/// The native nodes that DevTools calls "Detached …": those that say so, and those that they lead
/// to, unless something attached leads there too.
/// Cost:   a look at every node; a byte a node when any of them knows its state.
/// Source: chrome-devtools-frontend, HeapSnapshot.ts, propagateDOMState.
class DetachedNames {
 public:
  explicit DetachedNames(const HeapGraph& graph);
  bool contains(NodeIndex node) const { return !renamed_.empty() && renamed_[raw(node)] != 0; }

 private:
  std::vector<std::uint8_t> renamed_;
};

}  // namespace leakcheck::heap
