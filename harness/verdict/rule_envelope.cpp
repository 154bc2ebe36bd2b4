#include <algorithm>
#include <cstddef>

#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {
namespace {

constexpr std::size_t kFewestSteps = 24;
constexpr int kFewestDrops = 2;
constexpr double kDropShare = 0.7;

double lowest(std::span<const double> levels) {
  return *std::min_element(levels.begin(), levels.end());
}

double highest(std::span<const double> levels) {
  return *std::max_element(levels.begin(), levels.end());
}

/// `levels` has one more than `steps`.
bool within_envelope(std::span<const double> levels, std::span<const stats::Step> steps,
                     double budget) {
  if (steps.size() < kFewestSteps) return false;
  // One drop may be an accident of a leak; two that give back most of the range are a habit.
  const double range = highest(levels) - lowest(levels);
  const auto drops = std::count_if(steps.begin(), steps.end(), [&](const stats::Step& step) {
    return step.bytes < 0 && -step.bytes >= kDropShare * range;
  });
  if (drops < kFewestDrops) return false;

  const stats::Growth growth = stats::estimate_growth(steps);
  const std::size_t third = levels.size() / 3;
  const auto last = levels.last(third);
  const double noise = stats::kSigmas * growth.spread;
  const double requests = growth.requests * 2 / 3;
  const bool lows_rise = (lowest(last) - lowest(levels.first(third)) + noise) / requests >= budget;
  const bool highs_rise = highest(last) > highest(levels.first(levels.size() - third)) + noise;
  return !lows_rise && !highs_rise;
}

}  // namespace

bool stays_in_envelope(const Evidence& evidence) {
  const auto over = [&](std::size_t count) {
    return within_envelope(evidence.levels.last(count + 1), evidence.steps.last(count),
                           evidence.budget);
  };
  return over(static_cast<std::size_t>(evidence.window.steps)) ||
         over(evidence.confirming_steps().size());
}

}  // namespace leakcheck::verdict
