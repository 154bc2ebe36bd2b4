#pragma once

#include <cstdint>
#include <vector>

#include "harness/explain/scene.hpp"

namespace leakcheck::explain {

/// Things that pile up in one place: something that was there before, and the new ones it holds.
struct Pile {
  heap::NodeIndex owner = heap::kNoNode;   ///< in the last snapshot
  heap::NodeIndex before = heap::kNoNode;  ///< the same in the first
  /// What holds the items: the owner, or the new container that it was given instead of its old.
  heap::NodeIndex container = heap::kNoNode;
  std::uint32_t fan_out_before = 0;  ///< 0 and 0 for a chain
  std::uint32_t fan_out_after = 0;
  std::int64_t growth = 0;        ///< items more than before, 0 where they can't be counted
  std::int64_t bytes = 0;         ///< retained by what is new
  std::int64_t lost = 0;          ///< items that were there before, and are not any more
  std::size_t alike = 1;          ///< so many owners of one kind in one place are taken together
  bool is_chain = false;          ///< each item holds the next
  bool at_every_step = false;     ///< with three snapshots or more
  bool grew_last = true;          ///< the same: at the last step
  std::int64_t class_growth = 0;  ///< by class: so many more of the items' class than before
  /// New ones, all of one kind: what the owner has most of. Of a chain the head is
  /// the first.
  std::vector<heap::NodeIndex> items;
};

/// Where something piles up, the largest first: owners that have more entries than before, and
/// owners that alone hold many new bytes (linked lists, arrays of numbers).
/// Cost: 4 bytes a node; looks at new nodes and at objects that grew.
std::vector<Pile> find_piles(const Scene& scene);

/// With one snapshot, or some whose ids don't match: owners with very many entries.
std::vector<Pile> find_large_piles(const Scene& scene);

/// The new things that an owner holds, as a person sees it: entries, elements, properties,
/// variables.
std::vector<heap::NodeIndex> find_new_children(const Scene& scene, heap::NodeIndex owner);

/// At most `most` of the items, evenly spread.
std::vector<heap::NodeIndex> sample(const Pile& pile, std::size_t most);

}  // namespace leakcheck::explain
