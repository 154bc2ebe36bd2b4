#include "harness/verdict/judge_ablation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/bytes.hpp"
#include "harness/verdict/wording.hpp"

namespace leakcheck::verdict {
namespace {

using model::Answer;
using Effect = model::Ablation::Effect;

/// Two runs of the same service differ by less than this.
constexpr double kClearlyLess = 0.9;
constexpr double kMostOfIt = 0.5;

bool has_judged(const model::RunReport& report) {
  switch (report.outcome.ending) {
    case model::Ending::clean:
    case model::Ending::leak:
    case model::Ending::budget_exceeded:
    case model::Ending::inconclusive:
      return report.verdict.has_value();
    default:
      return false;
  }
}

Effect compare(const model::QuantityVerdict& with, const model::QuantityVerdict& without) {
  switch (without.answer) {
    case Answer::clean:
    case Answer::bounded:
    case Answer::time_bounded:
      return Effect::ends_growth;
    case Answer::leak:
    case Answer::keyed_growth:
    case Answer::inconclusive:
      break;
  }
  const bool decided = without.answer != Answer::inconclusive;
  if (without.growth.deltas > 0 && with.growth.deltas > 0) {
    if (without.growth.high < kMostOfIt * with.growth.low &&
        without.growth.high < with.budget_per_request)
      return Effect::ends_growth;
    if (without.growth.high < kClearlyLess * with.growth.low) return Effect::reduces_growth;
  }
  return decided ? Effect::no_effect : Effect::unclear;
}

std::string explain(const model::QuantityVerdict& with, const model::QuantityVerdict& without,
                    const AblationRun& run, Effect effect) {
  const std::string kept = format_bytes(without.growth.bytes_per_request);
  const std::string before = format_bytes(with.growth.bytes_per_request);
  switch (effect) {
    case Effect::ends_growth:
      return fmt::format("without {} the growth ends: {} keeps {} per request, and {} with it",
                         run.suspect, name_in_prose(with.quantity), kept, before);
    case Effect::reduces_growth:
      return fmt::format("without {} the growth is less: {} keeps {} per request, and {} with it",
                         run.suspect, name_in_prose(with.quantity), kept, before);
    case Effect::no_effect:
      return fmt::format(
          "without {} it grows all the same: {} keeps {} per request, and {} with "
          "it",
          run.suspect, name_in_prose(with.quantity), kept, before);
    case Effect::unclear:
      break;
  }
  return fmt::format("the run without {} could not tell: {}", run.suspect, without.reason);
}

std::string explain_failure(const AblationRun& run) {
  const bool breaks_load = run.report.outcome.ending == model::Ending::load_invalid;
  return fmt::format("the run without {} failed: {}{}", run.suspect, run.report.outcome.message,
                     run.stands_in && breaks_load
                         ? "; give it a variant that answers (suspects: { module, env, command })"
                         : "");
}

}  // namespace

model::Ablation judge_ablation(const model::Verdict& first, const AblationRun& run) {
  model::Ablation out;
  out.suspect = run.suspect;
  out.change = run.change;
  out.run_folder = run.report.run_folder;
  const auto* with = first.culprit ? find_quantity(first, *first.culprit) : nullptr;
  if (!has_judged(run.report)) {
    out.reason = explain_failure(run);
    return out;
  }
  const auto* without =
      with == nullptr ? nullptr : find_quantity(*run.report.verdict, with->quantity);
  if (without == nullptr) {
    out.reason = fmt::format("there is nothing to compare the run without {} with", run.suspect);
    return out;
  }
  out.growth = without->growth;
  if (run.never_loaded) {
    out.reason =
        fmt::format("the service never loaded {}: that it was replaced says nothing", run.suspect);
    return out;
  }
  out.effect = compare(*with, *without);
  out.reason = explain(*with, *without, run, out.effect);
  return out;
}

std::string describe_ablations(const std::vector<model::Ablation>& ablations) {
  std::string out;
  const auto add = [&](Effect effect, const char* before, const char* after) {
    std::string names;
    for (const model::Ablation& each : ablations)
      if (each.effect == effect) names += (names.empty() ? "" : ", ") + each.suspect;
    if (names.empty()) return;
    out += fmt::format("{}{}{}{}", out.empty() ? "" : "; ", before, names, after);
  };
  add(Effect::ends_growth, "without ", " the growth ends");
  add(Effect::reduces_growth, "without ", " the growth is less");
  add(Effect::no_effect, "without ", " it grows all the same");
  for (const model::Ablation& each : ablations)
    if (each.effect == Effect::unclear) out += (out.empty() ? "" : "; ") + each.reason;
  return out;
}

}  // namespace leakcheck::verdict
