#include "harness/verdict/quantity_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "harness/base/bytes.hpp"
#include "harness/stats/robust.hpp"
#include "harness/verdict/advice.hpp"
#include "harness/verdict/estimate.hpp"
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
    case Track::Standing::keyed:
      return model::Answer::keyed_growth;
    case Track::Standing::bounded:
      return model::Answer::bounded;
    case Track::Standing::time_bounded:
      return model::Answer::time_bounded;
    case Track::Standing::open:
    case Track::Standing::confirming:
    case Track::Standing::exploring:
      break;
  }
  return model::Answer::inconclusive;
}

std::string interval_of(const model::Estimate& growth) {
  return fmt::format("interval {} to {}", format_bytes(growth.low), format_bytes(growth.high));
}

std::string explain_leak(const Track& track, const model::Estimate& growth,
                         const Situation& situation) {
  const std::string how = track.rule() == model::Rule::step       ? ", in steps that grow"
                          : track.rule() == model::Rule::sporadic ? ", on average"
                                                                  : "";
  return fmt::format("{} keeps {} for every request{} ({}), over {} requests{}",
                     name_in_prose(track.quantity()), format_bytes(growth.bytes_per_request), how,
                     interval_of(growth), format_grouped(static_cast<double>(growth.requests)),
                     situation.refuses ? "; or for every key: the service refuses the same "
                                         "requests a second time"
                                       : "");
}

std::string explain_clean(const Track& track) {
  const stats::Growth& growth = track.growth();
  if (track.shows_nothing())
    return fmt::format(
        "{} does not grow as far as can be seen: it moves too much to see a leak below {} per "
        "request; budgets.{}.perRequest makes the run insist",
        name_in_prose(track.quantity()), format_bytes(track.coarse_leak()),
        model::to_string(track.quantity()));
  if (growth.mean_low() > kDefaultBudget)
    return fmt::format("{} keeps {} for every request, within its budget of {}",
                       name_in_prose(track.quantity()), format_bytes(growth.mean),
                       format_bytes(track.budget()));
  return fmt::format(
      "{} keeps nothing per request: anything above {} per request would have been "
      "seen",
      name_in_prose(track.quantity()), format_bytes(track.smallest_leak()));
}

/// Bytes that a growth which has stopped has come to.
double grown_in_all(const Track& track) {
  const std::vector<double>& levels = track.levels();
  return stats::median(std::span(levels).last(std::min<std::size_t>(levels.size(), 3))) -
         levels.front();
}

/// Whether it grew and stopped; else it goes up and down.
bool has_filled(const Track& track) {
  if (!track.suspicion() || track.standing() != Track::Standing::bounded) return false;
  if (!track.explored().empty()) return grown_in_all(track) > 0;
  return is_clean(latest_steps(track.steps()), track.budget());
}

std::string explain_bounded(const Track& track) {
  const std::vector<double>& levels = track.levels();
  const auto name = name_in_prose(track.quantity());
  if (!has_filled(track)) {
    const auto [lowest, highest] =
        std::minmax_element(levels.begin() + track.first_level(), levels.end());
    return fmt::format("{} rises and falls by up to {}, but its lows do not climb: no leak", name,
                       format_level(*highest - *lowest));
  }
  const double grown = grown_in_all(track);
  if (grown <= 0) return fmt::format("{} grew for a while and then gave it back: no leak", name);
  const auto over = std::find_if(levels.begin(), levels.end(), [&](double level) {
    return level >= levels.front() + kMostOfIt * grown;
  });
  const double requests = track.requests_total()[static_cast<std::size_t>(over - levels.begin())];
  return fmt::format("{} grew by {} and stopped after about {} requests: {}, no leak", name,
                     format_level(grown), format_grouped(requests),
                     track.explored().empty() ? "start-up work or a cache that fills"
                                              : "a cache that is full then");
}

/// The variable with the most values: what a key most likely comes from.
const model::VariableUse* find_key(const Settings& settings) {
  const auto most = std::max_element(settings.variables.begin(), settings.variables.end(),
                                     [](const model::VariableUse& a, const model::VariableUse& b) {
                                       return a.distinct < b.distinct;
                                     });
  return most == settings.variables.end() || most->distinct < 2 ? nullptr : &*most;
}

model::KeyedGrowth estimate_keyed(const Track& track, const Situation& situation) {
  const Settings& settings = situation.settings;
  model::KeyedGrowth keyed;
  const auto* key = find_key(settings);
  keyed.bytes_per_key = track.growth().mean;
  if (key != nullptr) {
    keyed.variable = key->name;
    keyed.keys = key->distinct;
    // Variables of one request in ten have a tenth of the keys.
    keyed.bytes_per_key *= situation.fresh_requests / static_cast<double>(key->distinct);
  }
  if (settings.key_count > 0)
    keyed.in_the_end = keyed.bytes_per_key * static_cast<double>(settings.key_count);
  return keyed;
}

std::string explain_keyed(const Track& track, const model::KeyedGrowth& keyed,
                          const Settings& settings) {
  std::string reason =
      fmt::format("{} keeps {} for every new key{}, and nothing when the same requests come again",
                  name_in_prose(track.quantity()), format_bytes(keyed.bytes_per_key),
                  keyed.variable.empty() ? "" : fmt::format(" ({{{{ {} }}}})", keyed.variable));
  if (keyed.in_the_end)
    return reason + fmt::format(": {} in the end, for the {} keys of load.boundedKeys",
                                format_level(*keyed.in_the_end),
                                format_grouped(static_cast<double>(settings.key_count)));
  if (settings.bounded_keys) return reason + "; its keys are bounded (load.boundedKeys)";
  return reason + fmt::format(
                      "; it had not stopped after {} of them: a leak, unless its keys are "
                      "bounded (load.boundedKeys)",
                      format_grouped(track.explored_requests()));
}

std::string describe_time(double ms) {
  if (ms < 60'000) return fmt::format("{:.0f} s", ms / 1000);
  if (ms < 3'600'000) return fmt::format("{:.0f} min", ms / 60'000);
  return fmt::format("{:.0f} h", ms / 3'600'000);
}

std::string explain_time_bounded(const Track& track, const model::Estimate& growth) {
  const model::TimeBound& bound = *track.time_bound();
  return fmt::format(
      "{} keeps {} for every request and gives it back within {}: a time to live, no leak; each "
      "request per second takes up to {}",
      name_in_prose(track.quantity()), format_bytes(growth.bytes_per_request),
      describe_time(bound.after_ms),
      format_level(growth.bytes_per_request * bound.after_ms / 1000));
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

double coarsest_allowed(const Settings& settings, model::Quantity quantity) {
  const bool insists =
      settings.mode == model::Mode::native ||
      std::any_of(settings.budgets.begin(), settings.budgets.end(),
                  [&](const model::Budget& budget) { return budget.quantity == quantity; });
  return quantity == model::Quantity::native && !insists ? kCoarsestNative : 0;
}

model::QuantityVerdict conclude_quantity(const Track& track, const Situation& situation) {
  model::QuantityVerdict verdict;
  verdict.quantity = track.quantity();
  verdict.answer = track.shows_nothing() ? model::Answer::clean : answer_of(track.standing());
  verdict.rule = track.shows_nothing() ? model::Rule::clean : track.rule();
  verdict.growth = to_estimate(track.growth(), track.is_even());
  verdict.budget_per_request = track.budget();
  verdict.smallest_leak = track.shows_nothing() ? track.coarse_leak() : track.smallest_leak();
  switch (verdict.answer) {
    case model::Answer::clean:
      verdict.reason = explain_clean(track);
      break;
    case model::Answer::leak:
      verdict.reason = explain_leak(track, verdict.growth, situation);
      break;
    case model::Answer::keyed_growth:
      verdict.keyed = estimate_keyed(track, situation);
      verdict.reason = explain_keyed(track, *verdict.keyed, situation.settings);
      break;
    case model::Answer::bounded:
      if (has_filled(track)) verdict.in_the_end = std::max(grown_in_all(track), 0.0);
      verdict.reason = explain_bounded(track);
      break;
    case model::Answer::time_bounded:
      verdict.time_bound = track.time_bound();
      verdict.reason = explain_time_bounded(track, verdict.growth);
      break;
    case model::Answer::inconclusive:
      verdict.reason = explain_inconclusive(track, situation);
      break;
  }
  return verdict;
}

}  // namespace leakcheck::verdict
