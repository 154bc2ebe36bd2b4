#include <algorithm>
#include <cstddef>

#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {

bool is_clean(std::span<const stats::Step> steps, double budget) {
  const stats::Growth growth = stats::estimate_growth(steps);
  // A few drops for good can hide a small leak from both means, but not from a count.
  const auto above = std::count_if(steps.begin(), steps.end(), [&](const stats::Step& step) {
    return step.bytes > budget * step.requests;
  });
  return growth.mean_high() < budget && growth.trimmed < budget && growth.trimmed_second < budget &&
         2 * above <= static_cast<std::ptrdiff_t>(steps.size());
}

bool is_clean(const Evidence& evidence) {
  return is_clean(evidence.steps.last(static_cast<std::size_t>(evidence.window.steps)),
                  evidence.budget);
}

}  // namespace leakcheck::verdict
