#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "harness/explain/find_leaks.hpp"
#include "harness/explain/original_names.hpp"
#include "harness/explain/sources.hpp"
#include "harness/heap/retainer_path.hpp"

namespace leakcheck::explain {

/// What the rules look at: the last snapshot, what is new in it, and ways to name what is there.
class Scene {
 public:
  /// `first` and `comparison` are null for a snapshot alone: everything counts as new then.
  Scene(const heap::Snapshot* first, const heap::Snapshot& last, const heap::Comparison* comparison,
        const FindOptions& options);
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  const heap::Snapshot* first;
  const heap::Snapshot& last;
  const heap::HeapGraph& graph;
  const heap::Comparison* comparison;
  heap::RootPaths paths;
  Sources sources;
  OriginalNames names;                               ///< what findings call things
  std::span<const heap::Snapshot* const> snapshots;  ///< all of them; empty for one alone

  /// Whether the ids of two snapshots or more tell what is new.
  bool by_id() const {
    return comparison != nullptr && comparison->matching == heap::Matching::by_id;
  }
  bool is_new(heap::NodeIndex node) const { return !by_id() || comparison->is_new[raw(node)]; }
  std::uint64_t retained(heap::NodeIndex node) const { return last.dominators.retained_size(node); }
  bool is_named(heap::NodeIndex node, std::string_view name) const;
  /// The target of an edge with that name, of any type but weak; kNoNode: there is none.
  /// Cost: of the names of the node's edges.
  heap::NodeIndex target(heap::NodeIndex node, std::string_view edge) const;
  /// What holds the node alone, without V8's arrays and tables between.
  heap::NodeIndex holder(heap::NodeIndex node) const;

 private:
  mutable std::vector<std::pair<std::string_view, std::optional<heap::StringIndex>>> known_names_;
};

}  // namespace leakcheck::explain
