#pragma once

#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

/// How sure a finding is.
/// high:   ids match; 100 items more than before or more, and more at every step where there are
///         three snapshots; where there are two, 250 more and none of the old ones gone, for one
///         step is what a cache that is filling takes, too; at most one old item is gone for ten
///         gained; kept by a variable or field of the program's own or of a library's, or in a list
///         of Node's that is meant for such items.
/// medium: at least 20 more, and at most one of the other signs is missing; without ids, when the
///         class of the items grew.
/// low:    the rest, what did not grow at the last of several steps, what no rule knows, and what
///         Node itself keeps or whose owner is not known.
/// Source: chosen by us.
model::Confidence judge_finding(const Scene& scene, const Pile& pile, const Match& match,
                                heap::Origin origin);

}  // namespace leakcheck::explain
