#pragma once

#include <vector>

#include "harness/base/result.hpp"
#include "harness/heap/graph_columns.hpp"
#include "harness/heap/graph_rows.hpp"
#include "harness/heap/string_table.hpp"

namespace leakcheck::heap {

/// What is known besides the columns when the whole file was read.
struct FinishInput {
  const StringTable& strings;
  const EdgeNames& names;
  const std::vector<WeakMapEdge>& weak_map_edges;  ///< when the edges were checked
  bool edges_checked = false;                      ///< names against strings, as they were read
};

/// Makes a graph of the columns: edge counts become first edges, names are checked against the
/// strings, the sides of WeakMaps' tables marked, locations put in the order of their nodes.
/// Errors: ErrorKind::io: no node, counts that don't match, a name without its string.
Result<void> finish_graph(GraphColumns& columns, const FinishInput& parts);

}  // namespace leakcheck::heap
