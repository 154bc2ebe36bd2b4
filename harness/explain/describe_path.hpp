#pragma once

#include <vector>

#include "harness/explain/find_leaks.hpp"
#include "harness/explain/sources.hpp"
#include "harness/heap/retainer_path.hpp"
#include "harness/heap/snapshot.hpp"
#include "harness/model/finding.hpp"

namespace leakcheck::explain {

/// Draws paths to objects of one snapshot as reports have them; the search is made once for all.
class PathDescriber {
 public:
  explicit PathDescriber(const heap::Snapshot& snapshot, const FindOptions& options = {});

  /// From the variable, export or module down; empty when nothing holds the object.
  std::vector<model::PathStep> describe(heap::NodeIndex node);
  /// The same of hops that were chosen already. V8's own objects are no steps; the object asked for
  /// always is one.
  std::vector<model::PathStep> describe(const std::vector<heap::Hop>& hops);

 private:
  std::optional<model::SourcePlace> place_at(const std::vector<heap::Hop>& hops, std::size_t hop);

  const heap::HeapGraph& graph_;
  heap::RootPaths paths_;
  Sources sources_;
};

}  // namespace leakcheck::explain
