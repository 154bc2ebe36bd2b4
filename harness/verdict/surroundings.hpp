#pragma once

#include <optional>
#include <span>
#include <vector>

#include "harness/model/sample.hpp"
#include "harness/model/verdict.hpp"
#include "harness/verdict/track.hpp"

/// What the cycles tell beside the answer. `cycles` from comparable_cycles.
namespace leakcheck::verdict {

/// Each process and thread of several by itself, over the cycles that the track's standing rests
/// on; none of a service with one. Native memory is a process's, so threads have none.
std::vector<model::PartGrowth> list_parts(const Track& track,
                                          const std::vector<model::Cycle>& cycles);

/// Live blocks of malloc's per request, over the same cycles; none where they were not counted.
std::optional<double> allocations_per_request(const Track& native,
                                              const std::vector<model::Cycle>& cycles);

/// How the resident set moved over the last half of the cycles; none of a run that is too short to
/// tell (start-up moves rss by kilobytes a request for the first 6,000), or that left something
/// undecided.
/// Source: PSS where the kernel tells it, so that shared pages count once, else rss.
std::optional<model::ResidentSet> judge_resident(std::span<const Track> tracks,
                                                 const std::vector<model::Cycle>& cycles);

}  // namespace leakcheck::verdict
