#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/native/proportional_set.hpp"
#include "harness/run/session.hpp"

namespace leakcheck::run {
namespace {

/// A service that restarts itself more often than this never stands still.
constexpr int kMostRestarts = 3;
constexpr std::chrono::seconds kRestartPatience{5};

}  // namespace

/// Far above what the collect sequence costs (about 15 ms per MB of heap, measured on a busy
/// machine): past this, something else blocks the event loop.
Duration collect_timeout(Bytes heap_used) {
  return std::chrono::seconds(10) + std::chrono::milliseconds(100) * (heap_used.count >> 20);
}

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
    if (has_restarted()) return false;
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
  if (phase_ != model::Phase::warmup && restarts_ == 0)
    note("the processes that serve requests changed in mid-run; the sums before and after differ");
}

bool Session::subjects_are_gone() const {
  const auto processes = hub_->processes();
  return std::none_of(processes.begin(), processes.end(), [&](const agent::Process& process) {
    return process.connected &&
           std::find(subjects_.begin(), subjects_.end(), process.hello.pid) != subjects_.end();
  });
}

bool Session::has_restarted() {
  if (++restarts_ > kMostRestarts) return false;
  last_sign_of_life_ = loop_.now();
  // Another process of the service's, with our agent in it, takes over where this one listened.
  std::vector<int> listeners = wait_for_listeners(kRestartPatience);
  const auto processes = hub_->processes();
  std::erase_if(listeners, [&](int pid) {
    return std::any_of(processes.begin(), processes.end(), [&](const agent::Process& process) {
      return process.hello.pid == pid && !process.problem.empty();
    });
  });
  if (listeners.empty() || over()) return false;
  subjects_ = listeners;
  hub_->set_subjects(subjects_);
  last_sign_of_life_ = loop_.now();
  note(
      fmt::format("the service restarted itself in the {} phase, after {} requests: its memory "
                  "began anew, and what was measured before cannot be compared",
                  to_string(phase_), format_grouped(static_cast<double>(load_->sent()))));
  return true;
}

bool Session::run_cycle(load::LoadEngine& engine, const Order& order) {
  if (phase_ != order.phase) {
    phase_ = order.phase;
    report_progress();
  }
  std::optional<load::CycleOutcome> outcome;
  const auto done = [&](load::CycleOutcome result) { outcome = result; };
  const Duration left =
      std::max<Duration>(run_deadline() - loop_.now(), std::chrono::milliseconds(1));
  const std::int64_t sent_before = engine.sent();
  const std::int64_t upgrades_before = engine.upgrades();
  const load::Position from = engine.position();
  if (order.replay)
    engine.replay_cycle(replay_from_, left, done, factor_ * order.times);
  else
    engine.start_cycle(left, done, factor_ * order.times);
  if (wait_until([&] { return outcome.has_value(); }, TimePoint::max()) != Wait::done) {
    engine.abort();
    return false;
  }
  if (&engine != load_.get()) {
    requests_.sent_aside += engine.sent() - sent_before;
    requests_.upgrades_aside += engine.upgrades() - upgrades_before;
  }
  used_up_ = outcome->used_up;
  if (outcome->timed_out || used_up_) return true;  // not a whole cycle: it is not recorded
  if (!order.replay && &engine == load_.get()) replay_from_ = from;
  follow_subjects();
  // Requests that met nobody are no reason to give up when somebody new is about to listen.
  if (outcome->failed > 0 && subjects_are_gone()) {
    if (has_restarted()) return true;
    if (!over())
      end_with(target::Failure{
          model::TargetEnd::early_exit,
          Error{
              ErrorKind::target, "the processes that served requests ended, and none came back",
              "see the logs in the run folder; a service that restarts itself has to listen again "
              "within 5 s, three times at most"}});
    return false;
  }
  agent::Collected collected;
  const int restarts = restarts_;
  if (!collect(collected)) return restarts_ > restarts && !over();
  requests_.seen = count_requests_seen();
  requests_.upgrades = load_->upgrades() + requests_.upgrades_aside;
  record_cycle(order, *outcome, collected);
  report_progress();
  return !over();
}

void Session::record_cycle(const Order& order, const load::CycleOutcome& outcome,
                           const agent::Collected& collected) {
  model::Cycle cycle;
  cycle.index = static_cast<int>(report_.cycles.size());
  cycle.phase = order.phase;
  cycle.times = order.times;
  cycle.route = order.route;
  cycle.ahead_ms = order.ahead_ms;
  cycle.requests = outcome.sent;
  cycle.requests_total = load_->sent() + requests_.sent_aside;
  cycle.failed = outcome.failed;
  cycle.post_gc = collected.memory;
  cycle.load_ms = to_ms(outcome.took);
  cycle.collect_ms = collected.collect_ms;
  cycle.at_ms = since_launch_ms();
  cycle.processes = collected.processes;
  cycle.readings = collected.readings;
  read_native(cycle);
  report_.cycles.push_back(cycle);
  if (order.phase != model::Phase::warmup && order.phase != model::Phase::routes &&
      order.phase != model::Phase::explain)
    measured_.push_back(std::move(cycle));
}

void Session::read_native(model::Cycle& cycle) {
  bool counted = counter_ != nullptr;
  model::NativeMemory sum;
  Bytes pss;
  for (model::Reading& reading : cycle.readings) {
    if (reading.thread != 0) continue;  // malloc is the process's
    if (counter_) reading.native = counter_->read(reading.pid);
    counted = counted && reading.native;
    if (reading.native) sum = sum + *reading.native;
    pss = pss + native::read_pss(reading.pid).value_or(Bytes{});
  }
  if (cycle.readings.empty()) return;
  if (counted) cycle.native = sum;
  if (pss.count > 0) cycle.pss = pss;
}

std::int64_t Session::count_requests_seen() const {
  // Of all processes, also of those that are no longer or not yet measured.
  std::int64_t seen = 0;
  for (const auto& process : hub_->processes()) seen += process.requests_seen;
  return seen;
}

}  // namespace leakcheck::run
