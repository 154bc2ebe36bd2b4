#pragma once

#include <vector>

#include "harness/heap/dominators.hpp"

namespace leakcheck::heap {

/// Fills `shallow_sizes` and `large_sizes`: a hidden or array node that one other node alone leads
/// to, directly or through its like, gives its size to that node. Synthetic nodes and the root take
/// nothing. A snapshot without user roots (V8's --expose-internals) keeps its sizes as they are.
/// Source: chrome-devtools-frontend, heap_snapshot_worker/HeapSnapshot.ts.
void find_shallow_sizes(const HeapGraph& graph, Dominators& dominators);

}  // namespace leakcheck::heap
