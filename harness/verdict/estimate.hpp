#pragma once

#include "harness/model/verdict.hpp"
#include "harness/stats/growth.hpp"

namespace leakcheck::verdict {

/// For the record: the trimmed estimate of even growth, the mean of other growth, with its
/// interval. No steps: zeros.
model::Estimate to_estimate(const stats::Growth& growth, bool is_even);

}  // namespace leakcheck::verdict
