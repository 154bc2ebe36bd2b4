#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "harness/heap/graph_columns.hpp"
#include "harness/heap/lazy_text.hpp"
#include "harness/heap/row_blocks.hpp"
#include "harness/heap/snapshot_header.hpp"

namespace leakcheck::heap {

/// Puts rows of nodes into the columns; the number of a node's edges goes to `first_edges`.
class NodeSink : public RowSink {
 public:
  NodeSink(const SnapshotHeader& header, GraphColumns& columns)
      : header_(header), columns_(columns) {}
  Result<void> read(const RowSpan& span) override;

  std::vector<std::pair<std::uint32_t, std::uint64_t>> large_sizes;

 private:
  const SnapshotHeader& header_;
  GraphColumns& columns_;
};

/// An edge that a WeakMap's pair names, and the id of the pair's table.
struct WeakMapEdge {
  std::uint32_t edge = 0;
  std::uint32_t table = 0;
};

/// Puts rows of edges into the columns, and their names, or where they begin, into `names`.
class EdgeSink : public RowSink {
 public:
  /// `strings`: when they were read before the edges; else names are kept, and not yet checked.
  EdgeSink(const SnapshotHeader& header, GraphColumns& columns, EdgeNames& names,
           const StringTable* strings);
  Result<void> read(const RowSpan& span) override;

  std::vector<WeakMapEdge> weak_map_edges;

 private:
  template <bool keep>
  RowsRead parse(const RowSpan& span);
  void note_weak_map(std::uint64_t row, std::uint32_t name);

  const SnapshotHeader& header_;
  GraphColumns& columns_;
  EdgeNames& names_;
  const StringTable* strings_;
  std::vector<bool> is_weak_map_name_;  // of the strings from first_weak_map_name_ on
  std::uint32_t first_weak_map_name_ = 0;
  std::vector<std::uint32_t> types_;  // by the file's number, where they stand in an edge
};

/// Puts rows of locations into a column of its own, in the order of the file.
class LocationSink : public RowSink {
 public:
  explicit LocationSink(const SnapshotHeader& header) : header_(header) {}
  Result<void> read(const RowSpan& span) override;

  std::vector<std::pair<std::uint32_t, Location>> locations;

 private:
  const SnapshotHeader& header_;
};

}  // namespace leakcheck::heap
