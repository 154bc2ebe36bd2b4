#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "harness/run/session.hpp"

namespace leakcheck::run {
namespace {

/// Idle time where the clock cannot be moved.
constexpr std::chrono::seconds kIdle{3};

std::string_view announce(model::Phase phase) {
  switch (phase) {
    case model::Phase::confirm:
      return "memory grows with the requests; confirming";
    case model::Phase::replay:
      return "memory grows with the requests; the same ones again tell whether it is for each "
             "request or for each key";
    case model::Phase::explore:
      return "memory grows with new keys only; trying more of them";
    case model::Phase::settle:
      return "growth confirmed; moving the service's clock on, to see what time gives back";
    default:
      return "";
  }
}

bool is_of_fresh_requests(const model::Cycle& cycle) {
  return cycle.phase != model::Phase::replay && cycle.phase != model::Phase::settle &&
         cycle.phase != model::Phase::routes;
}

}  // namespace

bool Session::load_is_hopeless() const {
  // Most requests fail: more of them tell nothing about memory. Not so those that came again.
  const auto last =
      std::find_if(report_.cycles.rbegin(), report_.cycles.rend(), is_of_fresh_requests);
  return last != report_.cycles.rend() && 2 * last->failed > last->requests;
}

bool Session::threshold_ends_run() {
  const auto* failed = verdict::find_abort(scenario_.thresholds, load_->summary(), percentiles());
  if (failed == nullptr) return false;
  note(fmt::format("{} {} was not kept, which ends the run (abortOnFail)",
                   to_string(failed->metric), failed->text));
  return true;
}

verdict::PercentileMs Session::percentiles() const {
  return [this](double percentile, const std::string& step) {
    return load_->latency_percentile_ms(percentile, step);
  };
}

verdict::Settings Session::settings() const {
  verdict::Settings settings;
  settings.budgets = scenario_.budgets;
  settings.min_cycles = scenario_.load.cycles.min;
  settings.max_cycles = scenario_.load.cycles.max;
  settings.mode = options_.mode;
  settings.varies = load_ && load_->varies();
  settings.settles = settles_;
  settings.bounded_keys = scenario_.load.bounded_keys;
  settings.key_count = scenario_.load.key_count;
  if (!load_) return settings;
  const model::LoadSummary load = load_->summary();
  settings.variables = load.variables;
  if (load.wanted_rate > 0 && load.iterations > 0)
    settings.request_rate =
        load.wanted_rate * static_cast<double>(load.sent) / static_cast<double>(load.iterations);
  return settings;
}

bool Session::measure() {
  verdict::Decision decision;
  while (!load_is_hopeless()) {
    const std::size_t cycles = measured_.size();
    if (loop_.now() >= run_deadline()) break;
    if (!run_ordered_cycle(decision)) return false;
    if (measured_.size() == cycles && (loop_.now() >= run_deadline() || used_up_)) break;
    if (threshold_ends_run()) break;
    if (static_cast<int>(measured_.size()) < decision.cycles_wanted) continue;
    const model::Phase before = decision.next;
    decision = verdict::decide(settings(), measured_, peaks_, false);
    if (!isolate_routes(decision)) return false;
    if (decision.done) return true;
    if (decision.next != before && !announce(decision.next).empty())
      report_progress(std::string(announce(decision.next)));
  }
  if (used_up_)
    note(
        "the payload's rows were used up before the answer was sure, as payload.order is unique: "
        "give it more rows");
  if (!load_is_hopeless() && loop_.now() >= run_deadline())
    note(fmt::format("the run's time limit (load.max: {} s) came before the answer was sure",
                     std::chrono::duration_cast<std::chrono::seconds>(scenario_.load.max).count()));
  return true;
}

bool Session::run_ordered_cycle(const verdict::Decision& decision) {
  if (decision.next != model::Phase::settle)
    return run_cycle(*load_, {.phase = decision.next,
                              .times = decision.times,
                              .replay = decision.next == model::Phase::replay});
  const bool settled = settle(decision);
  if (settled || interrupt_.requested()) return settled;
  // What was found before the clock moved stands, whatever moving it did to the service.
  ended_ = false;
  settles_ = false;
  report_.outcome = {};
  report_.target.end.reset();
  note(
      "the service did not live through a clock that was moved on: what time gives back is not "
      "known");
  return false;
}

bool Session::settle(const verdict::Decision& decision) {
  double ahead_ms = decision.ahead_ms;
  const auto by = std::chrono::milliseconds(std::llround(ahead_ms - moved_on_ms_));
  // By nothing, the first time: looking for the timers collects more thoroughly than gc() does, and
  // what that frees belongs to the level before the clock moves.
  if (by.count() > 0 || !has_settled_) {
    const auto answer = std::make_shared<std::optional<Result<agent::ClockMove>>>();
    const Duration patience = collect_timeout(peaks_.heap_used);
    watching_life_ = false;
    hub_->move_clock(by, patience,
                     [answer](const Result<agent::ClockMove>& moved) { *answer = moved; });
    const Wait wait = wait_until([&] { return answer->has_value(); }, loop_.now() + 2 * patience);
    last_sign_of_life_ = loop_.now();
    watching_life_ = true;
    if (wait != Wait::done) return false;
    if (answer->value()) {
      moved_on_ms_ = ahead_ms;
    } else if (by.count() > 0) {
      settles_ = false;  // this once, as long as we can wait
      ahead_ms = to_ms(kIdle);
      note(
          "the service's clock could not be moved on, so only what 3 s of idling give back is "
          "known: " +
          answer->value().error().message);
      if (wait_until([] { return false; }, loop_.now() + kIdle) == Wait::over) return false;
    }
  }
  has_settled_ = true;
  // More requests open the connections again that the clock has closed.
  return run_cycle(
      *load_, {.phase = model::Phase::settle, .replay = decision.replays, .ahead_ms = ahead_ms});
}

}  // namespace leakcheck::run
