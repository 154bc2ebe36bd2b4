#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/heap/graph_columns.hpp"

namespace leakcheck::heap {

/// Rows of this many fields at most are read; V8 writes seven.
constexpr std::uint32_t kMostFields = 32;
/// "The rows don't have that field."
constexpr std::uint32_t kNoField = UINT32_MAX;

/// What the object `snapshot` at the beginning of a file says: where each field stands in a row,
/// what the numbers of types mean, and how many rows there are.
struct SnapshotHeader {
  struct NodeFields {
    std::uint32_t size = 0;  ///< fields in a row
    std::uint32_t type = kNoField;
    std::uint32_t name = kNoField;
    std::uint32_t id = kNoField;
    std::uint32_t self_size = kNoField;
    std::uint32_t edge_count = kNoField;
    std::uint32_t detachedness = kNoField;  ///< may be missing
  } node;
  struct EdgeFields {
    std::uint32_t size = 0;
    std::uint32_t type = kNoField;
    std::uint32_t name = kNoField;
    std::uint32_t target = kNoField;
  } edge;
  struct LocationFields {
    std::uint32_t size = 0;  ///< 0: the file has no locations
    std::uint32_t object = kNoField;
    std::uint32_t script = kNoField;
    std::uint32_t line = kNoField;
    std::uint32_t column = kNoField;
  } location;
  std::vector<NodeType> node_types;  ///< by the file's number
  std::vector<EdgeType> edge_types;
  std::uint64_t node_count = 0;
  std::uint64_t edge_count = 0;
  std::uint64_t extra_native_bytes = 0;
};

/// Reads the JSON of `snapshot`.
/// Errors: ErrorKind::io: no JSON, no `meta`, a field that is needed is not there.
Result<SnapshotHeader> parse_header(std::string_view json);

}  // namespace leakcheck::heap
