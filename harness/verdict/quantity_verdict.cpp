#include "harness/verdict/quantity_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/bytes.hpp"
#include "harness/stats/robust.hpp"
#include "harness/verdict/advice.hpp"
#include "harness/verdict/wording.hpp"

namespace leakcheck::verdict {
namespace {

/// The growth counts as over when so much of it has happened.
constexpr double kMostOfIt = 0.95;

model::Answer answer_of(Track::Standing standing) {
  switch (standing) {
    case Track::Standing::clean:
      return model::Answer::clean;
    case Track::Standing::leak:
      return model::Answer::leak;
    case Track::Standing::bounded:
      return model::Answer::bounded;
    case Track::Standing::open:
    case Track::Standing::confirming:
      break;
  }
  return model::Answer::inconclusive;
}

std::string explain_leak(const Track& track) {
  const stats::Growth& growth = track.growth();
  return fmt::format("{} keeps {} for every request (interval {} to {}), over {} requests",
                     name_in_prose(track.quantity()), format_bytes(growth.trimmed),
                     format_bytes(growth.trimmed_low()), format_bytes(growth.trimmed_high()),
                     format_grouped(growth.requests));
}

std::string explain_clean(const Track& track) {
  const stats::Growth& growth = track.growth();
  if (growth.mean_low() > kDefaultBudget)
    return fmt::format("{} keeps {} for every request, within its budget of {}",
                       name_in_prose(track.quantity()), format_bytes(growth.mean),
                       format_bytes(track.budget()));
  return fmt::format(
      "{} keeps nothing per request: anything above {} per request would have been "
      "seen",
      name_in_prose(track.quantity()), format_bytes(track.smallest_leak()));
}

std::string explain_bounded(const Track& track) {
  const Series& series = track.series();
  const auto [lowest, highest] =
      std::minmax_element(series.levels.begin() + track.first_level(), series.levels.end());
  const auto name = name_in_prose(track.quantity());
  if (!track.suspicion() || !is_clean(latest_steps(series.steps), track.budget()))
    return fmt::format("{} rises and falls by up to {}, but its lows do not climb: no leak", name,
                       format_level(*highest - *lowest));

  const std::span<const double> levels(series.levels);
  const double grown = stats::median(levels.last(3)) - levels.front();
  if (grown <= 0) return fmt::format("{} grew for a while and then gave it back: no leak", name);
  const auto over = std::find_if(levels.begin(), levels.end(), [&](double level) {
    return level >= levels.front() + kMostOfIt * grown;
  });
  return fmt::format(
      "{} grew by {} and stopped after about {} requests: start-up work or a cache that fills, "
      "no leak",
      name, format_level(grown),
      format_grouped(series.requests_total[static_cast<std::size_t>(over - levels.begin())]));
}

model::Estimate estimate_of(const Track& track) {
  const stats::Growth& growth = track.growth();
  model::Estimate estimate;
  if (growth.steps == 0) return estimate;
  const bool growing = track.suspicion() && (track.standing() == Track::Standing::leak ||
                                             track.standing() == Track::Standing::confirming);
  estimate.bytes_per_request = growing ? growth.trimmed : growth.mean;
  estimate.low = growing ? growth.trimmed_low() : growth.mean_low();
  estimate.high = growing ? growth.trimmed_high() : growth.mean_high();
  estimate.confidence = stats::kConfidence;
  estimate.deltas = growth.steps;
  estimate.requests = std::llround(growth.requests);
  return estimate;
}

}  // namespace

double budget_per_request(const Settings& settings, model::Quantity quantity) {
  std::optional<double> strictest;
  for (const model::Budget& budget : settings.budgets)
    if (budget.quantity == quantity && budget.kind == model::Budget::Kind::per_request)
      strictest = std::min(budget.limit, strictest.value_or(budget.limit));
  return strictest.value_or(settings.mode == model::Mode::native ? kDefaultBudgetNative
                                                                 : kDefaultBudget);
}

model::QuantityVerdict conclude_quantity(const Track& track, const Situation& situation) {
  model::QuantityVerdict verdict;
  verdict.quantity = track.quantity();
  verdict.answer = answer_of(track.standing());
  verdict.rule = track.rule();
  verdict.growth = estimate_of(track);
  verdict.budget_per_request = track.budget();
  verdict.smallest_leak = track.smallest_leak();
  switch (verdict.answer) {
    case model::Answer::clean:
      verdict.reason = explain_clean(track);
      break;
    case model::Answer::leak:
      verdict.reason = explain_leak(track);
      break;
    case model::Answer::keyed_growth:
    case model::Answer::time_bounded:
    case model::Answer::bounded:
      verdict.reason = explain_bounded(track);
      break;
    case model::Answer::inconclusive:
      verdict.reason = explain_inconclusive(track, situation);
      break;
  }
  return verdict;
}

}  // namespace leakcheck::verdict
