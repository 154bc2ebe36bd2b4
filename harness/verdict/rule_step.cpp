#include <algorithm>
#include <cstddef>

#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {
namespace {

constexpr std::size_t kFewestLevels = 48;
constexpr double kPaceKept = 0.5;
constexpr double kLarger = 1.3;

double largest(std::span<const stats::Step> steps) {
  return std::max_element(
             steps.begin(), steps.end(),
             [](const stats::Step& a, const stats::Step& b) { return a.bytes < b.bytes; })
      ->bytes;
}

}  // namespace

bool grows_in_steps(const Evidence& evidence) {
  const std::size_t levels = evidence.levels.size();
  if (levels < kFewestLevels) return false;
  const auto earlier = evidence.steps.subspan(levels / 4, levels / 4);
  const auto later = evidence.steps.subspan(levels / 2);
  const double before = stats::estimate_growth(earlier).mean;
  const double after = stats::estimate_growth(later).mean;
  return before > evidence.budget && after > evidence.budget && after >= kPaceKept * before &&
         largest(later) >= kLarger * largest(earlier);
}

bool keeps_stepping(const Evidence& evidence) {
  const auto since = evidence.confirming_steps();
  if (!evidence.followed_enough || since.empty()) return false;
  const double pace = stats::estimate_growth(since).mean;
  return pace > evidence.budget && pace >= kPaceKept * evidence.suspicion->growth.mean;
}

bool stops_stepping(const Evidence& evidence) {
  const auto since = evidence.confirming_steps();
  return evidence.followed_enough && !since.empty() && is_clean(since, evidence.budget);
}

}  // namespace leakcheck::verdict
