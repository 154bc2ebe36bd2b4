#include <algorithm>
#include <cmath>
#include <cstddef>

#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {
namespace {

constexpr double kShareUp = 0.8;
constexpr double kPaceKept = 0.6;
constexpr double kPaceKeptAnew = 0.8;
constexpr std::size_t kFewestSteps = 6;
constexpr std::size_t kFewestToHalve = 24;
constexpr double kSurelyFaster = 1;

}  // namespace

std::span<const stats::Step> Evidence::confirming_steps() const {
  if (!suspicion) return {};
  return steps.subspan(std::min(static_cast<std::size_t>(suspicion->cycles - 1), steps.size()));
}

std::span<const stats::Step> Evidence::suspected_steps() const {
  if (!suspicion) return {};
  return steps.subspan(
      std::min(static_cast<std::size_t>(suspicion->first_cycles - 1), steps.size()));
}

bool keeps_growing(const Evidence& evidence) {
  const auto steps = evidence.confirming_steps();
  if (!evidence.followed_enough || steps.size() < kFewestSteps) return false;

  const stats::Growth whole = stats::estimate_growth(steps);
  if (whole.trimmed_low() <= evidence.budget || whole.share_positive < kShareUp) return false;
  // `capped_mean` sees what `trimmed` cuts off: a sawtooth that climbs for long and falls at once.
  // A suspicion that starts anew does not forget what was given back before.
  for (const double net :
       {whole.capped_mean, stats::estimate_growth(evidence.suspected_steps()).capped_mean})
    if (net <= evidence.budget || net < kPaceKept * whole.trimmed) return false;

  // The suspicion may have come up in warm-up, which made it faster than the leak is. A quarter on,
  // that is over; so the slower of the two is the pace to keep.
  const std::size_t quarter = std::max(steps.size() / 4, kFewestSteps);
  const double pace = std::min(evidence.suspicion->growth.trimmed,
                               stats::estimate_growth(steps.first(quarter)).trimmed);
  for (const std::size_t part : {steps.size() / 4, steps.size() / 8}) {
    const auto latest = stats::estimate_growth(steps.last(std::max(part, kFewestSteps)));
    if (latest.trimmed <= evidence.budget || latest.trimmed < kPaceKept * pace) return false;
  }
  const stats::Growth half = stats::estimate_growth(steps.last((steps.size() + 1) / 2));
  return half.trimmed > evidence.budget && half.share_positive >= kShareUp &&
         half.trimmed >= (evidence.suspicion->anew ? kPaceKeptAnew : kPaceKept) * pace;
}

std::span<const stats::Step> even_steps(std::span<const stats::Step> steps) {
  while (steps.size() >= kFewestToHalve) {
    const std::size_t half = steps.size() / 2;
    const stats::Growth first = stats::estimate_growth(steps.first(half));
    const stats::Growth second = stats::estimate_growth(steps.subspan(half));
    const double error = std::hypot(first.trimmed_error, second.trimmed_error);
    if (first.trimmed - second.trimmed <= kSurelyFaster * error) break;
    steps = steps.subspan(half);
  }
  return steps;
}

}  // namespace leakcheck::verdict
