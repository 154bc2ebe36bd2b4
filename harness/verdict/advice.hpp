#pragma once

#include <string>

#include "harness/verdict/situation.hpp"
#include "harness/verdict/track.hpp"

namespace leakcheck::verdict {

/// Why a quantity could not be judged, and what would make it conclusive: one sentence.
std::string explain_inconclusive(const Track& track, const Situation& situation);

}  // namespace leakcheck::verdict
