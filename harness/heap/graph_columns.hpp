#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace leakcheck::heap {

/// V8's types of nodes, by name; the numbers of a snapshot are translated by its own `meta`.
enum class NodeType : std::uint8_t {
  hidden,
  array,
  string,
  object,
  code,
  closure,
  regexp,
  number,
  native,
  synthetic,
  cons_string,
  sliced_string,
  symbol,
  bigint,
  object_shape,
  wasm_object,
  other,  ///< a type this version does not know
};

enum class EdgeType : std::uint8_t {
  context,
  element,
  property,
  internal,
  hidden,
  shortcut,
  weak,
  other
};

/// DevTools' three states of a node that belongs to a page or to nothing any more.
enum class Detachedness : std::uint8_t { unknown, attached, detached };

/// Where V8 says that a closure, or the constructor of an object, is.
struct Location {
  std::uint32_t script_id = 0;
  std::uint32_t line = 0;    ///< from 0
  std::uint32_t column = 0;  ///< from 0
};

class LazyText;  // strings and edge names: in memory, or read again from the file

/// The columns of a graph, as the reader fills them.
/// Shape: node columns of N, `first_edges` of N + 1, `edges` of E; every target below N.
struct GraphColumns {
  GraphColumns();
  ~GraphColumns();
  GraphColumns(GraphColumns&&) noexcept;
  GraphColumns& operator=(GraphColumns&&) noexcept;

  std::vector<std::uint8_t> types;  ///< NodeType in the low 5 bits, Detachedness in the 2 above
  std::vector<std::uint32_t> names;
  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> self_sizes;  ///< UINT32_MAX: see `large_sizes`
  std::vector<std::uint32_t> first_edges;
  std::vector<std::uint32_t> edges;  ///< target | EdgeType << 28 | weak map's table side << 31
  /// Sizes of 4 GB and more, by node, in order of the nodes.
  std::vector<std::pair<std::uint32_t, std::uint64_t>> large_sizes;
  /// Places of closures and constructors, in order of the nodes.
  std::vector<std::pair<std::uint32_t, Location>> locations;
  std::uint64_t extra_native_bytes = 0;
  std::unique_ptr<LazyText> text;
};

}  // namespace leakcheck::heap
