#pragma once

#include "harness/verdict/situation.hpp"
#include "harness/verdict/track.hpp"

namespace leakcheck::verdict {

/// Growth in percent over so long in production, or over so many requests, as the growth per
/// request has it. Passed when even the upper end of the interval stays below the limit, failed
/// when the lower end is above, else inconclusive. `base` is the level that a percentage is of.
/// A time needs a rate: the budget's, else that of the open model, else the run itself has to last
/// so long.
model::Check check_growth_over(const Track& track, const model::Budget& budget, double base,
                               const Situation& situation);

}  // namespace leakcheck::verdict
