#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "harness/stats/sign_test.hpp"
#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {
namespace {

constexpr double kSmallestJump = 1024;
constexpr double kClearOfQuartile = 6;
constexpr double kSure = 0.001;
constexpr std::size_t kFewestToFollow = 48;
constexpr double kPaceKept = 0.6;

double lower_quartile(std::span<const stats::Step> steps) {
  std::vector<double> sizes;
  for (const stats::Step& step : steps) sizes.push_back(std::abs(step.bytes));
  const auto at = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 4);
  std::nth_element(sizes.begin(), at, sizes.end());
  return *at;
}

}  // namespace

bool is_sporadic(std::span<const stats::Step> steps, double budget) {
  if (steps.empty()) return false;
  const double threshold = std::max(kSmallestJump, kClearOfQuartile * lower_quartile(steps));
  int ups = 0, downs = 0;
  for (const stats::Step& step : steps) {
    ups += step.bytes > threshold;
    downs += step.bytes < -threshold;
  }
  const std::size_t half = steps.size() / 2;
  return stats::sign_test(ups, downs) < kSure && stats::estimate_growth(steps).mean > budget &&
         stats::estimate_growth(steps.first(half)).mean > budget / 2 &&
         stats::estimate_growth(steps.subspan(half)).mean > budget / 2;
}

bool keeps_coming(const Evidence& evidence) {
  const auto since = evidence.confirming_steps();
  if (!evidence.followed_enough || since.size() < kFewestToFollow ||
      !is_sporadic(since, evidence.budget))
    return false;
  // A cache that fills and stops has many steps up and none down, too: but not to the end.
  const auto pace_of = [](std::span<const stats::Step> steps) {
    return stats::estimate_growth(steps).mean;
  };
  const std::size_t half = since.size() / 2;
  return pace_of(since.subspan(half)) >= kPaceKept * pace_of(since.first(half)) &&
         pace_of(since.last(since.size() / 4)) >= kPaceKept * pace_of(since);
}

}  // namespace leakcheck::verdict
