#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/heap/graph_columns.hpp"
#include "harness/heap/indices.hpp"

namespace leakcheck::heap {

/// A half-open range of edges, to be walked with a for loop.
class EdgeRange {
 public:
  class Iterator {
   public:
    explicit Iterator(std::uint32_t at) : at_(at) {}
    EdgeIndex operator*() const { return EdgeIndex{at_}; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    std::uint32_t at_;
  };
  EdgeRange(std::uint32_t first, std::uint32_t last) : first_(first), last_(last) {}
  Iterator begin() const { return Iterator(first_); }
  Iterator end() const { return Iterator(last_); }
  std::uint32_t size() const { return last_ - first_; }

 private:
  std::uint32_t first_;
  std::uint32_t last_;
};

/// A heap snapshot: nodes and edges in flat columns, strings and edge names on demand.
/// Shape:  node 0 is the root; a node's edges are contiguous and in the snapshot's order.
/// Thread: reading is const; whatever gives a text or an edge's name may read the file again and
///         keeps a cache: one thread at a time for those.
/// Source: V8's src/profiler/heap-snapshot-generator.cc (HeapSnapshotJSONSerializer).
class HeapGraph {
 public:
  explicit HeapGraph(GraphColumns columns);
  ~HeapGraph();
  HeapGraph(HeapGraph&&) noexcept;
  HeapGraph& operator=(HeapGraph&&) noexcept;

  std::uint32_t node_count() const { return static_cast<std::uint32_t>(c_.types.size()); }
  std::uint32_t edge_count() const { return static_cast<std::uint32_t>(c_.edges.size()); }

  NodeType type(NodeIndex node) const { return static_cast<NodeType>(c_.types[raw(node)] & 0x1FU); }
  Detachedness detachedness(NodeIndex node) const {
    return static_cast<Detachedness>(c_.types[raw(node)] >> 5U);
  }
  StringIndex name(NodeIndex node) const { return StringIndex{c_.names[raw(node)]}; }
  /// V8's id of the object, the same in every snapshot that one inspector session took.
  std::uint32_t id(NodeIndex node) const { return c_.ids[raw(node)]; }
  /// As V8 wrote it; DevTools' shallow size is in Dominators.
  std::uint64_t self_size(NodeIndex node) const {
    const std::uint32_t size = c_.self_sizes[raw(node)];
    return size != UINT32_MAX ? size : large_size(node);
  }
  std::optional<Location> location(NodeIndex node) const;
  std::uint64_t extra_native_bytes() const { return c_.extra_native_bytes; }

  EdgeRange edges(NodeIndex node) const {
    return {c_.first_edges[raw(node)], c_.first_edges[raw(node) + 1]};
  }
  NodeIndex target(EdgeIndex edge) const { return NodeIndex{c_.edges[raw(edge)] & 0x0FFFFFFFU}; }
  EdgeType edge_type(EdgeIndex edge) const {
    return static_cast<EdgeType>((c_.edges[raw(edge)] >> 28U) & 7U);
  }
  /// Whether this is the side of a WeakMap's pair that DevTools does not count: the edge out of the
  /// table, named "part of key … pair in WeakMap (table @id)".
  bool is_weak_map_table_side(EdgeIndex edge) const { return (c_.edges[raw(edge)] >> 31U) != 0; }
  /// The node that an edge starts at. Cost: O(log N).
  NodeIndex source(EdgeIndex edge) const;

  /// The string, decoded to UTF-8. "" when the file can't be read again; read_failed() tells.
  std::string text(StringIndex index) const;
  std::string name_text(NodeIndex node) const { return text(name(node)); }
  /// The number in an element or hidden edge, the string's index in any other.
  /// Cost: the first name of a part of the file reads that part again.
  std::uint32_t edge_name_or_index(EdgeIndex edge) const;
  /// "[7]" for an element, the name for any other, the number for a hidden edge.
  std::string edge_name(EdgeIndex edge) const;
  std::uint32_t string_count() const;
  /// The index of a string, if the snapshot has it: to compare names without reading texts.
  /// Cost: the first call reads all strings.
  std::optional<StringIndex> find_string(std::string_view text) const;
  bool read_failed() const;

  /// The node with that id. Cost: O(N).
  std::optional<NodeIndex> find_id(std::uint32_t id) const;

  /// The columns, for passes over all of them.
  const GraphColumns& columns() const { return c_; }

 private:
  std::uint64_t large_size(NodeIndex node) const;

  GraphColumns c_;
};

}  // namespace leakcheck::heap
