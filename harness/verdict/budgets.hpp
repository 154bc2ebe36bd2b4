#pragma once

#include <vector>

#include "harness/verdict/situation.hpp"
#include "harness/verdict/track.hpp"

namespace leakcheck::verdict {

/// One check a budget, in the scenario's order. `tracks` holds one for every budgeted quantity.
std::vector<model::Check> judge_budgets(const std::vector<Track>& tracks,
                                        const model::Memory& peaks, const Situation& situation);

}  // namespace leakcheck::verdict
