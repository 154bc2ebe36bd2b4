#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/heap/classes.hpp"
#include "harness/heap/snapshot.hpp"

namespace leakcheck::heap {

/// How the objects of two snapshots are told to be the same.
enum class Matching {
  by_id,
  by_class,  ///< their ids don't belong together: another process, or the session was closed
};

/// DevTools' comparison, row by row. With Matching::by_class new and deleted are the surplus only.
struct ClassDelta {
  std::string name;
  std::string place;
  std::uint64_t new_count = 0;
  std::uint64_t deleted_count = 0;
  std::uint64_t new_bytes = 0;  ///< shallow
  std::uint64_t deleted_bytes = 0;
  bool at_every_step = false;   ///< with three snapshots or more: its count grew each time
  NodeIndex example = kNoNode;  ///< a new one that retains much; by class: any of the last

  std::int64_t count_delta() const {
    return static_cast<std::int64_t>(new_count) - static_cast<std::int64_t>(deleted_count);
  }
  std::int64_t bytes_delta() const {
    return static_cast<std::int64_t>(new_bytes) - static_cast<std::int64_t>(deleted_bytes);
  }
};

/// One object, there in the first and the last snapshot, that has more edges than before: entries
/// of a Map or Set, elements of an Array, properties of an object (see fan_out.hpp).
struct GrownObject {
  NodeIndex before = kNoNode;  ///< in the first snapshot
  NodeIndex after = kNoNode;   ///< in the last
  std::uint32_t fan_out_before = 0;
  std::uint32_t fan_out_after = 0;
  std::int64_t retained_growth = 0;  ///< bytes
  bool at_every_step = false;        ///< with three snapshots or more
};

struct Comparison {
  Matching matching = Matching::by_id;
  double matched_share = 0;         ///< of the first snapshot's objects that the last has too
  std::vector<ClassDelta> classes;  ///< by bytes_delta(), the largest first; rows with a difference
  std::vector<GrownObject> grown;   ///< by retained_growth; a Map's table is taken for its Map:
                                    ///< `before` and `after` are the objects that a person knows
  std::vector<bool> is_new;         ///< of the last snapshot's nodes; empty by class
};

/// Compares the first with the last, and looks at those between for what grew at every step.
/// Ids belong together when at least half of the first snapshot's objects are in the last, of the
/// same class, and nine in ten of those with a text have the same.
/// Shape:  two snapshots or more, in the order they were taken.
/// Cost:   8 bytes a node of each besides their classes.
/// Source: chrome-devtools-frontend, HeapSnapshot.ts, calculateDiffForClass; the test of the ids is
///         ours.
Comparison compare(std::span<const Snapshot* const> snapshots);

}  // namespace leakcheck::heap
