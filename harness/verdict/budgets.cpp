#include "harness/verdict/budgets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "harness/base/bytes.hpp"
#include "harness/stats/robust.hpp"
#include "harness/verdict/advice.hpp"
#include "harness/verdict/budget_window.hpp"
#include "harness/verdict/wording.hpp"

namespace leakcheck::verdict {
namespace {

using model::Check;
using model::CheckState;
using Standing = Track::Standing;

std::string per_request(double bytes) {
  return format_bytes(bytes) + " per request";
}

/// Judged quantities are settled by their rules; the others once there are cycles enough.
bool may_pass(const Track& track) {
  if (model::is_judged(track.quantity()))
    return track.standing() == Standing::clean || track.standing() == Standing::bounded ||
           track.standing() == Standing::time_bounded;
  return track.cycles() >= kFirstCheckpoint;
}

/// Beyond doubt for a quantity without rules of its own: both estimators, with their intervals.
bool surely_above(const stats::Growth& growth, double limit) {
  return growth.trimmed_low() > limit && growth.mean_low() > limit;
}

CheckState judge_per_request(const Track& track, double limit, bool bounded_keys) {
  const stats::Growth& growth = track.growth();
  if (!model::is_judged(track.quantity())) {
    if (!may_pass(track)) return CheckState::inconclusive;
    if (surely_above(growth, limit)) return CheckState::failed;
    return track.smallest_leak() < limit ? CheckState::passed : CheckState::inconclusive;
  }
  // The strictest budget is the track's own. One above it can still be kept by a leak.
  if (track.standing() == Standing::keyed && bounded_keys) return CheckState::passed;
  if (track.standing() == Standing::leak || track.standing() == Standing::keyed) {
    if (track.low() > limit) return CheckState::failed;
    return track.high() < limit ? CheckState::passed : CheckState::inconclusive;
  }
  return may_pass(track) ? CheckState::passed : CheckState::inconclusive;
}

Check check_per_request(const Track& track, const model::Budget& budget,
                        const Situation& situation) {
  const stats::Growth& growth = track.growth();
  const double measured = track.pace();
  Check check;
  check.limit = per_request(budget.limit);
  check.measured = growth.steps > 0 ? per_request(measured) : "not measured";
  check.state = judge_per_request(track, budget.limit, situation.settings.bounded_keys);
  const auto name = name_in_prose(track.quantity());
  switch (check.state) {
    case CheckState::passed:
      check.message =
          fmt::format("{} grows by {}, the budget is {}", name, check.measured, check.limit);
      break;
    case CheckState::failed:
      check.message = fmt::format("{} grows by {}, more than its budget of {}", name,
                                  check.measured, check.limit);
      break;
    case CheckState::inconclusive:
      check.message = fmt::format("whether {} keeps its budget of {} is not known: {}", name,
                                  check.limit, explain_inconclusive(track, situation));
      break;
  }
  return check;
}

/// How far the post-GC level rose from the start of the span that the standing rests on. Medians
/// of three levels, so that one odd collection does not decide.
struct Rise {
  double base = 0;
  double bytes = 0;

  double percent() const { return 100 * bytes / base; }
};

Rise measure_rise(const Track& track) {
  const std::span<const double> levels(track.levels());
  const auto first = static_cast<std::size_t>(track.first_level());
  Rise rise;
  rise.base = stats::median(levels.subspan(first, std::min<std::size_t>(3, levels.size() - first)));
  rise.bytes = stats::median(levels.last(std::min<std::size_t>(3, levels.size()))) - rise.base;
  return rise;
}

Check check_growth(const Track& track, const model::Budget& budget, const Situation& situation) {
  const auto name = name_in_prose(track.quantity());
  Check check;
  check.limit = fmt::format("{:.4g} %", budget.limit);
  check.measured = "not measured";
  check.state = CheckState::inconclusive;
  if (track.cycles() < kFirstCheckpoint) {
    check.message = fmt::format("whether {} keeps its budget of {} is not known: {}", name,
                                check.limit, explain_inconclusive(track, situation));
    return check;
  }
  const Rise rise = measure_rise(track);
  if (budget.over.count() > 0 || budget.over_requests > 0)
    return check_growth_over(track, budget, rise.base, situation);
  if (rise.base <= 0 && rise.bytes > 0) {
    check.measured = format_level(rise.bytes);
    check.message = fmt::format(
        "{} grew by {} from nothing, which is no percentage: give it a perRequest or max budget",
        name, format_level(rise.bytes));
    return check;
  }
  const double percent = rise.base <= 0 ? 0 : rise.percent();
  check.measured = fmt::format("{:.1f} %", percent);
  const std::string grew = fmt::format("{} grew by {} ({}) from {}", name, check.measured,
                                       format_level(rise.bytes), format_level(rise.base));
  if (percent > budget.limit) {
    check.state = CheckState::failed;
    check.message = fmt::format("{}, more than its budget of {}", grew, check.limit);
  } else if (may_pass(track)) {
    check.state = CheckState::passed;
    check.message = fmt::format("{}, the budget is {}", grew, check.limit);
  } else if (track.standing() == Standing::keyed && situation.settings.bounded_keys) {
    check.state = CheckState::passed;
    check.message = fmt::format("{}, with new keys only, which are bounded; the budget is {}", grew,
                                check.limit);
  } else if (track.standing() == Standing::leak || track.standing() == Standing::keyed) {
    const double left = (budget.limit / 100 * rise.base - rise.bytes) / track.pace();
    check.message =
        fmt::format("{}, and goes on: it crosses its budget of {} after about {} more requests",
                    grew, check.limit, format_grouped(left));
  } else {
    check.message = fmt::format("{}, below its budget of {}, but {}", grew, check.limit,
                                explain_inconclusive(track, situation));
  }
  return check;
}

Check check_max(const model::Budget& budget, const model::Memory& peaks) {
  const Bytes peak = model::amount(peaks, budget.quantity);
  const auto name = name_in_prose(budget.quantity);
  Check check;
  check.limit = format_bytes(Bytes{static_cast<std::int64_t>(budget.limit)});
  if (peak.count <= 0) {
    check.measured = "not measured";
    check.state = CheckState::inconclusive;
    check.message = fmt::format("{} was never read, so its budget of {} could not be judged", name,
                                check.limit);
    return check;
  }
  const bool over = static_cast<double>(peak.count) > budget.limit;
  check.measured = format_bytes(peak);
  check.state = over ? CheckState::failed : CheckState::passed;
  check.message = fmt::format("{} reached {}, {} {}", name, check.measured,
                              over ? "more than its budget of" : "the budget is", check.limit);
  return check;
}

std::string_view kind_name(model::Budget::Kind kind) {
  switch (kind) {
    case model::Budget::Kind::growth_percent:
      return "growth";
    case model::Budget::Kind::per_request:
      return "per request";
    case model::Budget::Kind::max:
      return "max";
  }
  return "";
}

/// Native memory has no track where malloc was not counted throughout.
Check not_counted(const model::Budget& budget) {
  Check check;
  check.limit = budget.text;
  check.measured = "not measured";
  check.state = CheckState::inconclusive;
  check.message = fmt::format(
      "whether {} keeps its budget of {} is not known: it was not counted throughout; a note says "
      "why, or target.countMalloc is off",
      name_in_prose(budget.quantity), budget.text);
  return check;
}

Check judge_budget(const Track& track, const model::Budget& budget, const model::Memory& peaks,
                   const Situation& situation) {
  switch (budget.kind) {
    case model::Budget::Kind::growth_percent:
      return check_growth(track, budget, situation);
    case model::Budget::Kind::per_request:
      return check_per_request(track, budget, situation);
    case model::Budget::Kind::max:
      break;
  }
  return check_max(budget, peaks);
}

}  // namespace

std::vector<Check> judge_budgets(const std::vector<Track>& tracks, const model::Memory& peaks,
                                 const Situation& situation) {
  std::vector<Check> checks;
  for (const model::Budget& budget : situation.settings.budgets) {
    const auto track = std::find_if(tracks.begin(), tracks.end(), [&](const Track& each) {
      return each.quantity() == budget.quantity;
    });
    Check check = track == tracks.end() ? not_counted(budget)
                                        : judge_budget(*track, budget, peaks, situation);
    check.name = fmt::format("{} {}", model::to_string(budget.quantity), kind_name(budget.kind));
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace leakcheck::verdict
