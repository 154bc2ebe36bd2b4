#include "harness/explain/describe_heap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/explain/describe_path.hpp"
#include "harness/explain/names.hpp"
#include "harness/heap/classes.hpp"
#include "harness/heap/comparison.hpp"
#include "harness/heap/fan_out.hpp"
#include "harness/heap/script_index.hpp"

namespace leakcheck::explain {
namespace {

using heap::NodeIndex;
using heap::Snapshot;

constexpr std::size_t kMostGrown = 1000;

std::int64_t whole(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

std::uint64_t id_of(const heap::HeapGraph& graph, NodeIndex node) {
  return node == heap::kNoNode ? 0 : graph.id(node);
}

/// "src/user.js:3:7" of the constructor that a class's example has, "" where it is Node's own.
std::string place_of(const heap::ScriptIndex& scripts, NodeIndex example) {
  const auto place = scripts.place_of(example);
  if (!place || place->script.empty()) return "";
  return fmt::format("{}:{}:{}", place->script, place->line + 1, place->column + 1);
}

model::HeapClass describe(const heap::HeapGraph& graph, const heap::ClassRow& row,
                          std::string place) {
  return {row.name,           std::move(place),    whole(row.count),
          whole(row.shallow), whole(row.retained), id_of(graph, row.example)};
}

model::HeapObject describe(const Snapshot& snapshot, NodeIndex node) {
  model::HeapObject object;
  object.id = snapshot.graph.id(node);
  object.class_name = class_of(snapshot.graph, node);
  object.shallow_bytes = whole(snapshot.dominators.shallow_size(node));
  object.retained_bytes = whole(snapshot.dominators.retained_size(node));
  object.edges = heap::fan_out(snapshot.graph, node);
  return object;
}

std::vector<model::HeapObject> describe_objects(const Snapshot& snapshot,
                                                const DescribeOptions& options) {
  std::vector<model::HeapObject> out;
  std::optional<PathDescriber> paths;
  for (const std::uint32_t id : options.object_ids) {
    const auto node = snapshot.graph.find_id(id);
    if (!node) continue;
    out.push_back(describe(snapshot, *node));
    if (!paths) paths.emplace(snapshot, options.find);
    out.back().path = paths->describe(*node);
  }
  return out;
}

/// As DevTools' Statistics has it.
std::int64_t total_of(const Snapshot& snapshot) {
  return snapshot.graph.node_count() == 0 ? 0
                                          : whole(snapshot.dominators.retained_size(heap::kRoot) +
                                                  snapshot.graph.extra_native_bytes());
}

void note_reading(const heap::HeapGraph& graph, std::vector<std::string>& notes) {
  if (graph.read_failed())
    notes.push_back(
        "the file could not be read again while its names were looked up: some are "
        "missing; was it changed or removed?");
}

}  // namespace

model::SnapshotReport describe_snapshot(const Snapshot& snapshot, const DescribeOptions& options) {
  const heap::HeapGraph& graph = snapshot.graph;
  model::SnapshotReport report;
  report.nodes = graph.node_count();
  report.edges = graph.edge_count();
  report.total_bytes = total_of(snapshot);
  report.extra_native_bytes = whole(graph.extra_native_bytes());
  {
    const heap::ClassOfNode classes = heap::find_classes(graph);
    const heap::ScriptIndex scripts(graph);
    for (const auto& row : heap::summarise_classes(snapshot, classes)) {
      const bool located = !row.place.empty() && report.classes.size() < options.most_named;
      report.classes.push_back(describe(graph, row, located ? place_of(scripts, row.example) : ""));
    }
    for (const auto& row : heap::summarise_shapes(snapshot, classes))
      report.shapes.push_back(describe(graph, row, ""));
  }
  for (auto& each : heap::find_duplicate_strings(snapshot))
    report.duplicates.push_back({std::move(each.text), whole(each.copies), whole(each.bytes)});
  for (auto& each : heap::find_native_owners(snapshot))
    report.native_owners.push_back(
        {std::move(each.name), std::move(each.kind), whole(each.count), whole(each.bytes)});
  const heap::ContextCounts contexts = heap::count_contexts(snapshot);
  report.contexts = whole(contexts.native);
  report.detached_contexts = whole(contexts.detached);
  report.findings = find_suspects(snapshot, options.find);
  report.objects = describe_objects(snapshot, options);
  note_reading(graph, report.notes);
  return report;
}

model::HeapDiffReport describe_diff(std::span<const Snapshot* const> snapshots,
                                    const DescribeOptions& options) {
  const Snapshot& last = *snapshots.back();
  const heap::Comparison comparison = heap::compare(snapshots);
  model::HeapDiffReport report;
  for (const Snapshot* each : snapshots) report.total_bytes.push_back(total_of(*each));
  report.by_id = comparison.matching == heap::Matching::by_id;
  report.matched_share = comparison.matched_share;
  std::optional<heap::ScriptIndex> scripts;  // only where a class is shown that has a place
  for (const auto& row : comparison.classes) {
    const bool located = !row.place.empty() && row.example != heap::kNoNode &&
                         report.classes.size() < options.most_named;
    if (located && !scripts) scripts.emplace(last.graph);
    report.classes.push_back({row.name, located ? place_of(*scripts, row.example) : "",
                              whole(row.new_count), whole(row.deleted_count), whole(row.new_bytes),
                              whole(row.deleted_bytes), row.at_every_step,
                              id_of(last.graph, row.example)});
  }
  for (const auto& each : comparison.grown) {
    if (report.grown.size() == kMostGrown) break;
    report.grown.push_back({describe(last, each.after), each.fan_out_before, each.fan_out_after,
                            each.retained_growth, each.at_every_step});
  }
  report.findings = find_leaks(snapshots, comparison, options.find);
  report.objects = describe_objects(last, options);
  for (const Snapshot* each : snapshots) note_reading(each->graph, report.notes);
  return report;
}

std::vector<std::uint32_t> find_nearest_ids(const heap::HeapGraph& graph, std::uint32_t id) {
  std::optional<std::uint32_t> below;
  std::optional<std::uint32_t> above;
  for (const std::uint32_t each : graph.columns().ids) {
    if (each < id && (!below || each > *below)) below = each;
    if (each > id && (!above || each < *above)) above = each;
  }
  std::vector<std::uint32_t> out;
  if (below) out.push_back(*below);
  if (above) out.push_back(*above);
  return out;
}

}  // namespace leakcheck::explain
