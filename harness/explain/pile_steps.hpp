#pragma once

#include <vector>

#include "harness/explain/pile.hpp"

namespace leakcheck::explain {

/// With three snapshots or more: looks up the owners in those between, and fills in what the piles
/// did at every step and at the last. An owner that has no more edges is measured by what it
/// retains.
/// Cost: one pass over the ids of each snapshot between.
void look_at_steps(const Scene& scene, std::vector<Pile>& piles);

/// Where ids don't tell what is new: by how much the class of the items grew.
/// Cost: the classes of the last snapshot.
void look_at_classes(const Scene& scene, std::vector<Pile>& piles);

}  // namespace leakcheck::explain
