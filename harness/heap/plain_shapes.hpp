#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/heap/heap_graph.hpp"

namespace leakcheck::heap {

/// The plain objects ("Object") of a graph, by the names of their properties.
/// Shape: shapes are numbered as they first come; `ends` has where each one's names end in `names`.
struct PlainShapes {
  StringIndex object_name{UINT32_MAX};  ///< the string "Object"
  std::vector<std::uint32_t> shape_of;  ///< of every plain object, in order of the nodes
  std::vector<std::uint32_t> names;     ///< indices of strings, with "__proto__", in V8's order
  std::vector<std::uint64_t> ends;
  std::vector<std::uint64_t> counts;

  bool is_plain(const GraphColumns& columns, std::uint32_t node) const {
    return (columns.types[node] & 0x1FU) == static_cast<unsigned>(NodeType::object) &&
           columns.names[node] == raw(object_name);
  }
  std::size_t size() const { return ends.size(); }
  std::span<const std::uint32_t> names_of(std::size_t shape) const {
    const std::uint64_t first = shape == 0 ? 0 : ends[shape - 1];
    return {names.data() + first, names.data() + ends[shape]};
  }
};

/// Cost: reads the names of the edges of all plain objects again, in order.
PlainShapes find_plain_shapes(const HeapGraph& graph, StringIndex object_name);

/// A name that DevTools gives to many plain objects in place of "Object": "{url, headers, body}".
struct Interface {
  std::string name;
  std::vector<std::string> properties;
};

/// The names that DevTools would give: of at least 2 plain objects and of one in a thousand.
/// Shape:  the most frequent first.
/// Source: chrome-devtools-frontend, HeapSnapshot.ts, inferInterfaceDefinitions.
std::vector<Interface> infer_interfaces(const HeapGraph& graph, const PlainShapes& shapes);

/// Which interface every shape has: the one with most properties of those that it has all of, the
/// more frequent first; UINT32_MAX: none.
/// Source: chrome-devtools-frontend, HeapSnapshot.ts, applyInterfaceDefinitions.
std::vector<std::uint32_t> match_interfaces(const HeapGraph& graph, const PlainShapes& shapes,
                                            const std::vector<Interface>& interfaces);

}  // namespace leakcheck::heap
