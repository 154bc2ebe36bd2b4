#pragma once

#include <vector>

#include "harness/explain/pile.hpp"

namespace leakcheck::explain {

/// Things that pile up and that nobody holds alone: the timers of one period are a ring that Node's
/// list and any of them can be reached through, so that none but the root dominates them. Each pile
/// belongs to what is nearest on the way to its first item and was there before.
/// Cost: looks at every node of both snapshots once more, at its type, name and dominator.
std::vector<Pile> find_root_piles(const Scene& scene);

}  // namespace leakcheck::explain
