#include "harness/verdict/budget_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/base/bytes.hpp"
#include "harness/verdict/advice.hpp"
#include "harness/verdict/wording.hpp"

namespace leakcheck::verdict {
namespace {

using model::CheckState;

std::string describe(const model::Budget& budget) {
  if (budget.over_requests > 0)
    return fmt::format("{} requests", format_grouped(static_cast<double>(budget.over_requests)));
  const double seconds = static_cast<double>(budget.over.count()) / 1000;
  if (seconds >= 3600) return fmt::format("{:.4g} h", seconds / 3600);
  if (seconds >= 60) return fmt::format("{:.4g} min", seconds / 60);
  return fmt::format("{:.4g} s", seconds);
}

std::optional<double> count_requests(const model::Budget& budget, const Situation& situation) {
  if (budget.over_requests > 0) return static_cast<double>(budget.over_requests);
  const auto ms = static_cast<double>(budget.over.count());
  if (budget.requests_per_second > 0) return budget.requests_per_second * ms / 1000;
  if (situation.settings.request_rate) return *situation.settings.request_rate * ms / 1000;
  if (situation.time_ms >= ms) return situation.requests * ms / situation.time_ms;
  return std::nullopt;
}

/// Whether the growth goes on: what has stopped, or comes back, does not.
bool is_decided(const Track& track) {
  return track.standing() != Track::Standing::open &&
         track.standing() != Track::Standing::confirming &&
         track.standing() != Track::Standing::exploring;
}

/// What a time to live gives back counts for that time only.
double most_requests(const Track& track, const model::Budget& budget, double requests) {
  if (!track.time_bound() || budget.over.count() == 0) return requests;
  const auto window_ms = static_cast<double>(budget.over.count());
  return requests * std::min(track.time_bound()->after_ms / window_ms, 1.0);
}

/// Percent that a growth which has stopped came to within the run; 0 for others.
double grown_by_then(const Track& track, double base) {
  if (track.standing() != Track::Standing::bounded || track.levels().empty()) return 0;
  return 100 * (track.levels().back() - track.levels().front()) / base;
}

}  // namespace

model::Check check_growth_over(const Track& track, const model::Budget& budget, double base,
                               const Situation& situation) {
  const auto name = name_in_prose(track.quantity());
  const std::string window = describe(budget);
  model::Check check;
  check.limit = fmt::format("{:.4g} % over {}", budget.limit, window);
  check.measured = "not measured";
  check.state = CheckState::inconclusive;
  const auto unknown = [&](const std::string& why) {
    check.message =
        fmt::format("whether {} keeps its budget of {} is not known: {}", name, check.limit, why);
    return check;
  };
  if (track.growth().steps == 0 || track.cycles() < kFirstCheckpoint)
    return unknown(explain_inconclusive(track, situation));
  if (base <= 0) return unknown("it began at nothing, which has no percentage");
  const auto requests = count_requests(budget, situation);
  if (!requests)
    return unknown(fmt::format(
        "the run took {:.0f} s, and how many requests {} have in production is not said; add at: "
        "(requests per second) to the budget, or load.arrivalRate",
        situation.time_ms / 1000, window));

  const double percent = 100 * most_requests(track, budget, *requests) / base;
  const double low = track.low() * percent;
  const double high = track.high() * percent;
  const double stopped = grown_by_then(track, base);
  check.measured = fmt::format("{:.1f} %", std::max(track.pace() * percent, stopped));
  const std::string grows = fmt::format("{} grows by {} over {} ({} requests)", name,
                                        check.measured, window, format_grouped(*requests));
  if (is_decided(track) && std::max(low, stopped) > budget.limit) {
    check.state = CheckState::failed;
    check.message = fmt::format("{}, more than its budget of {}", grows, check.limit);
  } else if (is_decided(track) && high < budget.limit) {
    check.state = CheckState::passed;
    check.message = fmt::format("{}, the budget is {}", grows, check.limit);
  } else {
    return unknown(fmt::format(
        "growth of up to {:.1f} % over {} would not have been seen in {} requests; send more of "
        "them (load.cycles.requests, load.cycles.min)",
        high, window, format_grouped(track.growth().requests)));
  }
  return check;
}

}  // namespace leakcheck::verdict
