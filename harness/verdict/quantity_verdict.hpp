#pragma once

#include "harness/verdict/situation.hpp"
#include "harness/verdict/track.hpp"

namespace leakcheck::verdict {

/// The standing of one quantity as the record has it: answer, estimate, reason.
model::QuantityVerdict conclude_quantity(const Track& track, const Situation& situation);

}  // namespace leakcheck::verdict
