#include <algorithm>
#include <cmath>
#include <cstddef>

#include "harness/stats/sign_test.hpp"
#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {
namespace {

constexpr double kClearOfNoise = 6;

/// The most that steps up which come seldom may add, in bytes per request.
double most_by_rare_steps(std::span<const stats::Step> steps, const stats::Growth& growth,
                          double budget) {
  int ups = 0, downs = 0;
  double bytes = 0, others = 0;
  for (const stats::Step& step : steps) {
    const double threshold = std::max(budget * step.requests, kClearOfNoise * growth.spread);
    if (step.bytes > threshold) {
      ++ups;
      bytes += step.bytes;
    } else {
      others += step.bytes;
    }
    downs += step.bytes < -threshold;
  }
  // What goes up at once may come back bit by bit.
  const double stays = bytes + std::min(others, 0.0);
  const int unanswered = ups - downs;
  if (unanswered <= 0 || stays <= 0) return 0;
  return stays / ups * stats::most_events_expected(unanswered) / growth.requests;
}

}  // namespace

bool is_clean(std::span<const stats::Step> steps, double budget) {
  const stats::Growth growth = stats::estimate_growth(steps);
  // A few drops for good can hide a small leak from both means, but not from a count.
  const auto above = std::count_if(steps.begin(), steps.end(), [&](const stats::Step& step) {
    return step.bytes > budget * step.requests;
  });
  return growth.mean_high() < budget && growth.trimmed < budget && growth.trimmed_second < budget &&
         2 * above <= static_cast<std::ptrdiff_t>(steps.size()) &&
         most_by_rare_steps(steps, growth, budget) < budget;
}

bool is_clean(const Evidence& evidence) {
  return is_clean(evidence.steps.last(static_cast<std::size_t>(evidence.window.steps)),
                  evidence.budget);
}

}  // namespace leakcheck::verdict
