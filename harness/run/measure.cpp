#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>

#include "harness/run/session.hpp"
#include "harness/verdict/series.hpp"

namespace leakcheck::run {
namespace {

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
      return "moving the service's clock on, to see what time gives back";
    default:
      return "";
  }
}

bool is_of_fresh_requests(const model::Cycle& cycle) {
  return cycle.phase != model::Phase::replay && cycle.phase != model::Phase::settle &&
         cycle.phase != model::Phase::routes && cycle.phase != model::Phase::explain;
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
  settings.settles = clock_.may_move;
  settings.idles = clock_.idles;
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
    const int restarts = restarts_;
    if (!run_ordered_cycle(decision)) return false;
    if (restarts_ > restarts && options_.mode == model::Mode::freeze && !freeze_anew())
      return false;
    if (measured_.size() == cycles && (loop_.now() >= run_deadline() || used_up_)) break;
    if (threshold_ends_run()) break;
    const bool shrank = measured_.size() < cycles;
    if (!shrank && static_cast<int>(measured_.size()) < decision.cycles_wanted) continue;
    const model::Phase before = decision.next;
    decision = verdict::decide(settings(), measured_, peaks_, false);
    if (!isolate_routes(decision)) return keep_answer("running its routes alone");
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
  const int restarts = restarts_;
  if (!settle(decision)) return keep_answer("moving its clock on");
  const auto first = std::find_if(measured_.begin(), measured_.end(), [](const auto& cycle) {
    return cycle.phase == model::Phase::settle;
  });
  const bool others_serve = first != measured_.begin() && first != measured_.end() &&
                            !verdict::same_subjects(*std::prev(first), measured_.back());
  if (restarts_ == restarts && !others_serve) return true;
  if (restarts_ == restarts && !clock_.measured_anew) {
    // The clock has closed the connections, and more workers than before have taken them.
    clock_.measured_anew = true;
    clock_.moved_on_ms = 0;
    measured_.clear();
    note("more processes serve than before, so all of them were measured anew");
    return true;
  }
  // Another process says nothing of what this one would have given back.
  measured_.erase(first, measured_.end());
  clock_.may_move = false;
  return true;
}

/// The run is over, but what was sure before stands.
bool Session::keep_answer(const std::string& what) {
  if (interrupt_.requested()) return false;
  ended_ = false;
  has_answer_ = true;
  report_.outcome = {};
  report_.target.end.reset();
  report_.target.exit_code.reset();
  report_.target.signal.reset();
  note("the service did not live through " + what + "; what was found before stands");
  return false;
}

bool Session::settle(const verdict::Decision& decision) {
  const auto by = std::chrono::milliseconds(std::llround(decision.ahead_ms - clock_.moved_on_ms));
  // By nothing, the first time: looking for the timers collects more thoroughly than gc() does, and
  // what that frees belongs to the level before the clock moves.
  if (clock_.idles) {
    if (by.count() > 0 && wait_until([] { return false; }, loop_.now() + by) == Wait::over)
      return false;
    clock_.moved_on_ms = decision.ahead_ms;
  } else if ((by.count() > 0 || !clock_.has_begun) && !move_clock(by)) {
    return false;
  }
  clock_.has_begun = true;
  // More requests open the connections again that the clock has closed.
  return run_cycle(
      *load_,
      {.phase = model::Phase::settle, .replay = decision.replays, .ahead_ms = clock_.moved_on_ms});
}

bool Session::move_clock(std::chrono::milliseconds by) {
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
    clock_.moved_on_ms += static_cast<double>(by.count());
  } else {
    clock_.idles = true;
    note(
        "the service's clock could not be moved on, so only what idling for 3 s gives back is "
        "known: " +
        answer->value().error().message);
  }
  return true;
}

}  // namespace leakcheck::run
