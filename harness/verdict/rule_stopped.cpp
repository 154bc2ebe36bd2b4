#include <algorithm>
#include <cstddef>

#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {
namespace {

constexpr std::size_t kFewestSteps = 12;

}  // namespace

std::span<const stats::Step> latest_steps(std::span<const stats::Step> steps) {
  const std::size_t cycles = steps.size() + 1;
  return steps.last(std::min(std::max((cycles + 3) / 4, kFewestSteps), steps.size()));
}

bool has_stopped(const Evidence& evidence) {
  const auto latest = latest_steps(evidence.steps);
  return latest.size() >= kFewestSteps && is_clean(latest, evidence.budget);
}

}  // namespace leakcheck::verdict
