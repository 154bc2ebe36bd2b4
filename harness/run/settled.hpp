#pragma once

#include <vector>

#include "harness/model/sample.hpp"

namespace leakcheck::run {

/// Whether the warm-up is over: the post-GC heap no longer *changes its pace*. A leak keeps an even
/// pace, so it settles too, and does not hold the warm-up up to its time limit.
/// Compares the mean growth per cycle of the last three cycles with that of the three before:
/// settled when they differ by at most 2 KB or 10 %, whichever is more.
/// Source: chosen by us; 2 KB is half of the default budget at 1,000 requests.
bool is_settled(const std::vector<model::Cycle>& warmup);

}  // namespace leakcheck::run
