#pragma once

#include <string>
#include <vector>

#include "harness/heap/retainer_path.hpp"

namespace leakcheck::explain {

/// What a person calls the object: "Map", "User", "class Store", "onFlush()", "bound flush()",
/// "function at app.js:35:26" for one without a name, "async handler()" for the call of an async
/// function, "IncomingMessage", "Context", "{url, headers, body}" for a plain object, "(string)".
std::string class_of(const heap::HeapGraph& graph, heap::NodeIndex node);

/// What a person calls the way from one object to the next: "sessionCache" for a variable or an
/// export, ".items", ".#items", "[7]", "["/a?b"]", "key", "value"; "" when it says nothing.
std::string label_of(const heap::HeapGraph& graph, heap::EdgeIndex edge);

/// The same of a hop of a path, which can say more: "listener of reload".
std::string label_of(const heap::HeapGraph& graph, const std::vector<heap::Hop>& path,
                     std::size_t hop);

/// Whether it is one of V8's or Node's own parts that no person wrote: tables, backing stores,
/// Contexts, elements arrays, feedback cells, what resumes an async function.
bool is_internal(const heap::HeapGraph& graph, heap::NodeIndex node);

}  // namespace leakcheck::explain
