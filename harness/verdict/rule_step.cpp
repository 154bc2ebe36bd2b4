#include <algorithm>
#include <cstddef>

#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {
namespace {

constexpr std::size_t kFewestLevels = 48;
constexpr double kPaceKept = 0.5;
constexpr double kLarger = 1.3;
constexpr double kMostOfIt = 0.5;

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
  // A store that doubles takes its next step before it holds twice as much: it is larger than all
  // before, and most of the growth. Small jumps that come as often as they did are no such store.
  const auto before = evidence.steps.first(evidence.steps.size() - since.size());
  const stats::Growth growth = stats::estimate_growth(since);
  const double step = largest(since);
  return growth.mean > evidence.budget &&
         growth.mean >= kPaceKept * evidence.suspicion->growth.mean &&
         step >= kLarger * largest(before.last(before.size() / 2)) &&
         step >= kMostOfIt * growth.mean * growth.requests;
}

bool stops_stepping(const Evidence& evidence) {
  const auto since = evidence.confirming_steps();
  return evidence.followed_enough && !since.empty() && is_clean(since, evidence.budget);
}

}  // namespace leakcheck::verdict
