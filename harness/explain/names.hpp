#pragma once

#include <string>

#include "harness/heap/heap_graph.hpp"

namespace leakcheck::explain {

/// What a person calls the object: "Map", "User", "onFlush()", "IncomingMessage", "Context", "{url,
/// headers, body}" for a plain object, "(string)".
std::string class_of(const heap::HeapGraph& graph, heap::NodeIndex node);

/// What a person calls the way from one object to the next: "sessionCache" for a variable,
/// ".items", ".#items", "[7]", "key", "value", "listener of reload"; "" when it says nothing.
std::string label_of(const heap::HeapGraph& graph, heap::EdgeIndex edge);

/// Whether it is one of V8's or Node's own parts that no person wrote: tables, backing stores,
/// Contexts, elements arrays, feedback cells.
bool is_internal(const heap::HeapGraph& graph, heap::NodeIndex node);

}  // namespace leakcheck::explain
