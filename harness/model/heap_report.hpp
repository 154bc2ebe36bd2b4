#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/model/finding.hpp"

namespace leakcheck::model {

/// Objects that are counted together: a constructor's, or plain objects of one shape.
struct HeapClass {
  std::string name;
  std::string place;  ///< of the constructor, "src/user.js:3:7", or "" where V8 does not say
  std::int64_t count = 0;
  std::int64_t shallow_bytes = 0;
  std::int64_t retained_bytes = 0;  ///< of those that no other of the class retains
  std::uint64_t example = 0;        ///< the id of the one that retains most
};

struct HeapDuplicate {
  std::string text;
  std::int64_t copies = 0;
  std::int64_t bytes = 0;
};

/// Memory outside V8's heap, by the object that holds it.
struct HeapOwner {
  std::string name;  ///< "" when no object of the program does
  std::string kind;  ///< "system / JSArrayBufferData"
  std::int64_t count = 0;
  std::int64_t bytes = 0;
};

/// One object that grew, or that was asked for.
struct HeapObject {
  std::uint64_t id = 0;
  std::string class_name;
  std::int64_t shallow_bytes = 0;
  std::int64_t retained_bytes = 0;
  std::int64_t edges = 0;      ///< entries, elements, properties: what it holds
  std::vector<PathStep> path;  ///< from what a person knows down to it
};

/// Everything that `leakcheck snapshot` found: the input of its console report and of its JSON.
struct SnapshotReport {
  static constexpr int kVersion = 1;  ///< of the JSON; a change that breaks readers raises it

  std::string leakcheck_version;
  std::string file;
  std::int64_t file_bytes = 0;
  std::int64_t nodes = 0;
  std::int64_t edges = 0;
  std::int64_t total_bytes = 0;  ///< as DevTools' Statistics: shallow sizes, and the one below
  std::int64_t extra_native_bytes = 0;  ///< that V8 counts but can't name
  std::vector<HeapClass> classes;       ///< all; a report shows its `top`
  std::vector<HeapClass> shapes;
  std::vector<HeapDuplicate> duplicates;
  std::int64_t contexts = 0;           ///< V8's: the program's own, node:vm's, those of frames
  std::int64_t detached_contexts = 0;  ///< those that only objects of the heap still hold
  std::vector<HeapOwner> native_owners;
  std::vector<Finding> findings;
  std::vector<HeapObject> objects;  ///< those asked for with --path
  std::vector<std::string> notes;
};

struct HeapClassDelta {
  std::string name;
  std::string place;
  std::int64_t new_count = 0;
  std::int64_t deleted_count = 0;
  std::int64_t new_bytes = 0;
  std::int64_t deleted_bytes = 0;
  bool at_every_step = false;  ///< with three snapshots or more
  std::uint64_t example = 0;   ///< the id of a new one that retains most; 0: none is new
};

/// One object that the first and the last snapshot have, and that holds more than it did.
struct HeapGrowth {
  HeapObject object;  ///< as it is in the last
  std::int64_t fan_out_before = 0;
  std::int64_t fan_out_after = 0;
  std::int64_t retained_growth = 0;
  bool at_every_step = false;
};

/// Everything that `leakcheck diff` found.
struct HeapDiffReport {
  static constexpr int kVersion = 1;

  std::string leakcheck_version;
  std::vector<std::string> files;
  std::vector<std::int64_t> total_bytes;  ///< of each
  bool by_id = true;  ///< false: the ids don't belong together, so that only classes are compared
  double matched_share = 0;
  std::vector<HeapClassDelta> classes;
  std::vector<HeapGrowth> grown;
  std::vector<Finding> findings;
  std::vector<HeapObject> objects;
  std::vector<std::string> notes;
};

/// How far the reading of snapshots is. Units: bytes; total is 0 for a stream.
struct HeapProgress {
  std::string file;
  std::int64_t done_bytes = 0;
  std::int64_t total_bytes = 0;
  std::string step;  ///< what comes after reading: "finding what holds what"
};

/// JSON, versioned, described by reporters/snapshot-report.schema.json and diff-report.schema.json.
/// Keys, numbers and texts as in the run record.
std::string render_snapshot_report(const SnapshotReport& report);
std::string render_diff_report(const HeapDiffReport& report);

}  // namespace leakcheck::model
