#include "harness/verdict/estimate.hpp"

#include <cmath>

namespace leakcheck::verdict {

model::Estimate to_estimate(const stats::Growth& growth, bool is_even) {
  model::Estimate estimate;
  if (growth.steps == 0) return estimate;
  estimate.bytes_per_request = is_even ? growth.trimmed : growth.mean;
  estimate.low = is_even ? growth.trimmed_low() : growth.mean_low();
  estimate.high = is_even ? growth.trimmed_high() : growth.mean_high();
  estimate.confidence = stats::kConfidence;
  estimate.deltas = growth.steps;
  estimate.requests = std::llround(growth.requests);
  return estimate;
}

}  // namespace leakcheck::verdict
