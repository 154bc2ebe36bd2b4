#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/run/session.hpp"
#include "harness/run/settled.hpp"

namespace leakcheck::run {
namespace {

/// Far above what the collect sequence costs (about 15 ms per MB of heap, measured on a busy
/// machine): past this, something else blocks the event loop.
Duration collect_timeout(Bytes heap_used) {
  return std::chrono::seconds(10) + std::chrono::milliseconds(100) * (heap_used.count >> 20);
}

}  // namespace

bool Session::collect(agent::Collected& into) {
  // Shared: the answer may come after a signal has ended the wait, while the service is stopped.
  const auto answer = std::make_shared<std::optional<Result<agent::Collected>>>();
  // The collection itself blocks the event loop for long on a large heap: its own time limit
  // takes the place of the watch over the agent's silence.
  watching_life_ = false;
  const Duration timeout = collect_timeout(peaks_.heap_used);
  hub_->collect(timeout, [answer](const Result<agent::Collected>& result) { *answer = result; });
  const Wait wait = wait_until([&] { return answer->has_value(); },
                               loop_.now() + timeout + std::chrono::seconds(5));
  last_sign_of_life_ = loop_.now();
  watching_life_ = true;
  if (wait == Wait::done && answer->value()) {
    into = *answer->value();
    return true;
  }
  if (wait == Wait::done) {
    // A dead process and a closed socket are noticed in either order: let the death tell.
    loop_.run_until([&] { return target_->exit().has_value(); },
                    loop_.now() + std::chrono::seconds(1));
    if (over()) return false;
    end_with(target::Failure{model::TargetEnd::hung, answer->value().error()});
  } else if (wait == Wait::deadline) {
    end(model::Ending::target_failed, "the service did not answer a collection",
        "its event loop may be blocked; see the logs in the run folder");
  }
  return false;
}

void Session::follow_subjects() {
  // Cluster workers and forks answer for a parent that listens: whoever saw requests is measured.
  std::vector<int> serving;
  for (const auto& process : hub_->processes())
    if (process.connected && process.problem.empty() && process.requests_seen > 0)
      serving.push_back(process.hello.pid);
  std::sort(serving.begin(), serving.end());
  if (serving.empty() || serving == subjects_) return;
  subjects_ = serving;
  hub_->set_subjects(subjects_);
  if (phase_ != model::Phase::warmup)
    note("the processes that serve requests changed in mid-run; the sums before and after differ");
}

bool Session::run_cycle(model::Phase phase) {
  if (phase_ != phase) {
    phase_ = phase;
    report_progress();
  }
  std::optional<load::CycleOutcome> outcome;
  const Duration left = run_deadline() - loop_.now();
  load_->start_cycle(std::max<Duration>(left, std::chrono::milliseconds(1)),
                     [&](load::CycleOutcome result) { outcome = result; });
  if (wait_until([&] { return outcome.has_value(); }, TimePoint::max()) != Wait::done) {
    load_->abort();
    return false;
  }
  used_up_ = outcome->used_up;
  if (outcome->timed_out || used_up_) return true;  // not a whole cycle: it is not recorded
  follow_subjects();
  agent::Collected collected;
  if (!collect(collected)) return false;
  seen_ = count_requests_seen();
  upgrades_ = load_->upgrades();

  model::Cycle cycle;
  cycle.index = static_cast<int>(report_.cycles.size());
  cycle.phase = phase;
  cycle.requests = outcome->sent;
  cycle.requests_total = load_->sent();
  cycle.failed = outcome->failed;
  cycle.post_gc = collected.memory;
  cycle.load_ms = to_ms(outcome->took);
  cycle.collect_ms = collected.collect_ms;
  cycle.at_ms = since_launch_ms();
  cycle.processes = collected.processes;
  report_.cycles.push_back(cycle);
  if (phase != model::Phase::warmup) measured_.push_back(cycle);
  report_progress();
  return !over();
}

std::int64_t Session::count_requests_seen() const {
  // Of all processes, also of those that are no longer or not yet measured.
  std::int64_t seen = 0;
  for (const auto& process : hub_->processes()) seen += process.requests_seen;
  return seen;
}

bool Session::load_is_hopeless() const {
  // Most requests fail: more of them tell nothing about memory.
  return !report_.cycles.empty() &&
         2 * report_.cycles.back().failed > report_.cycles.back().requests;
}

bool Session::warm_up() {
  phase_ = model::Phase::warmup;
  agent::Collected before;
  if (!collect(before)) return false;
  seen_before_load_ = seen_ = count_requests_seen();
  if (!set_up_load()) return false;

  const model::Warmup& warmup = scenario_.load.warmup;
  const TimePoint end_of_it = std::min(loop_.now() + Duration(warmup.max), run_deadline());
  // Freezing code that has not been compiled yet would only slow the service down.
  const bool until_settled = warmup.until_settled || scenario_.mode == model::Mode::freeze;
  do {
    const std::size_t cycles = report_.cycles.size();
    if (!run_cycle(model::Phase::warmup)) return false;
    if (report_.cycles.size() == cycles || load_is_hopeless()) return true;
  } while (loop_.now() < end_of_it &&
           (load_->sent() < warmup.requests || (until_settled && !is_settled(report_.cycles))));
  if (scenario_.mode == model::Mode::freeze && !(freeze() && run_cycle(model::Phase::warmup)))
    return false;
  load_->reset_summary();
  return true;
}

bool Session::set_up_load() {
  std::optional<std::string> problem;
  load_->set_up(run_deadline() - loop_.now(), [&](std::string text) { problem = std::move(text); });
  if (wait_until([&] { return problem.has_value(); }, TimePoint::max()) != Wait::done) {
    load_->abort();
    return false;
  }
  if (!problem->empty())
    end(model::Ending::load_invalid, "the setup failed: " + *problem,
        "the load needs what load.setup prepares: check its steps and the service's log");
  return problem->empty();
}

void Session::tear_down_load() {
  if (over()) return;
  std::optional<std::string> problem;
  load_->tear_down(scenario_.load.max, [&](std::string text) { problem = std::move(text); });
  if (wait_until([&] { return problem.has_value(); }, TimePoint::max()) != Wait::done)
    load_->abort();
  else if (!problem->empty())
    note("the teardown failed: " + *problem);
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

bool Session::freeze() {
  const auto answer = std::make_shared<std::optional<Result<void>>>();
  hub_->freeze([answer](const Result<void>& result) { *answer = result; });
  if (wait_until([&] { return answer->has_value(); }, run_deadline()) != Wait::done) return false;
  if (!answer->value()) end_with(answer->value().error());
  return answer->value().has_value();
}

bool Session::measure() {
  const verdict::Settings settings{scenario_.budgets, scenario_.load.cycles.min,
                                   scenario_.load.cycles.max, scenario_.mode};
  model::Phase next = model::Phase::measure;
  while (!load_is_hopeless()) {
    const std::size_t cycles = measured_.size();
    if (loop_.now() >= run_deadline()) break;
    if (!run_cycle(next)) return false;
    if (measured_.size() == cycles || threshold_ends_run()) break;
    const auto decision = verdict::decide(settings, measured_, peaks_, false);
    if (decision.done) return true;
    if (decision.next == model::Phase::confirm && next != model::Phase::confirm)
      report_progress("memory grows with the requests; confirming");
    next = decision.next;
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

}  // namespace leakcheck::run
