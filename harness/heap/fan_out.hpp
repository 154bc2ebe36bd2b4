#pragma once

#include <cstdint>

#include "harness/heap/heap_graph.hpp"

namespace leakcheck::heap {

/// How many things an object holds, as a person counts: entries of a Map or Set, elements of an
/// Array, properties of an object, variables of a Context. An entry that is two numbers leaves no
/// edge, and is not seen.
/// Cost: reads the names of its own edges again, and of its table's.
std::uint32_t fan_out(const HeapGraph& graph, NodeIndex node);

/// Edges of the object and of the arrays that it alone would have: no names are read. When it did
/// not grow, neither did fan_out().
std::uint32_t count_edges_with_arrays(const HeapGraph& graph, NodeIndex node);

}  // namespace leakcheck::heap
