#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/run/session.hpp"
#include "harness/run/settled.hpp"

namespace leakcheck::run {
namespace {

/// So often slower than the load, a collection is what a run spends its time on.
constexpr double kCollectionDominates = 3;
constexpr double kMostTimes = 20;
/// A request in so many that met a time-out makes a service too slow.
constexpr std::int64_t kOneIn = 100;
/// Cycles of warm-up after a restart. Source: chosen by us; a first freeze comes after seven or
/// more.
constexpr int kFewestAnew = 6;
constexpr int kMostAnew = 24;
constexpr int kUnavailable = 503;
constexpr int kGatewayTimeout = 504;

}  // namespace

bool Session::warm_up() {
  phase_ = model::Phase::warmup;
  agent::Collected before;
  if (!collect(before)) return false;
  requests_.seen_before_load = requests_.seen = count_requests_seen();
  if (!set_up_load()) return false;

  const model::Warmup& warmup = scenario_.load.warmup;
  const TimePoint end_of_it = std::min(loop_.now() + Duration(warmup.max), run_deadline());
  // Freezing code that has not been compiled yet would only slow the service down.
  const bool until_settled = warmup.until_settled || options_.mode == model::Mode::freeze;
  do {
    const std::size_t cycles = report_.cycles.size();
    if (!run_cycle(*load_, {.phase = model::Phase::warmup})) return false;
    if (options_.may_freeze && is_too_slow()) return false;
    if (load_is_hopeless() || used_up_) return true;
    if (report_.cycles.size() == cycles && loop_.now() >= run_deadline()) return true;
  } while (loop_.now() < end_of_it &&
           (load_->sent() < warmup.requests || (until_settled && !is_settled(report_.cycles))));
  if (options_.mode == model::Mode::freeze &&
      !(freeze() && run_cycle(*load_, {.phase = model::Phase::warmup})))
    return false;
  load_->reset_summary();
  follow_collection();
  return true;
}

bool Session::is_too_slow() {
  const model::LoadSummary load = load_->summary();
  std::int64_t late = 0;
  for (const auto& [kind, count] : load.errors)
    if (kind.find("timeout") != std::string::npos) late += count;
  for (const int status : {kUnavailable, kGatewayTimeout})
    if (const auto found = load.statuses.find(status); found != load.statuses.end())
      late += found->second;
  if (kOneIn * late <= load.sent) return false;
  too_slow_ = true;
  return true;
}

/// Requests per cycle follow the time that a collection takes.
void Session::follow_collection() {
  const model::Cycles& cycles = scenario_.load.cycles;
  const bool is_open = scenario_.load.arrival_rate || !scenario_.load.phases.empty();
  if (!cycles.follow_collection || is_open || report_.cycles.empty()) return;
  const model::Cycle& last = report_.cycles.back();
  if (last.load_ms <= 0 || last.collect_ms < kCollectionDominates * last.load_ms) return;
  factor_ = static_cast<int>(std::min(last.collect_ms / last.load_ms, kMostTimes));
  report_.scenario.requests_per_cycle = factor_ * load_->requests_per_cycle();
  note(fmt::format(
      "a collection takes {:.0f} ms and {} requests {:.0f} ms, so cycles have {} "
      "requests; load.cycles.requests sets it",
      last.collect_ms, last.requests, last.load_ms, report_.scenario.requests_per_cycle));
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
  if (over() || has_answer_) return;
  std::optional<std::string> problem;
  load_->tear_down(scenario_.load.max, [&](std::string text) { problem = std::move(text); });
  if (wait_until([&] { return problem.has_value(); }, TimePoint::max()) != Wait::done)
    load_->abort();
  else if (!problem->empty())
    note("the teardown failed: " + *problem);
}

/// A service that has restarted itself compiles all of its code again.
bool Session::freeze_anew() {
  for (int cycle = 0; cycle < kMostAnew && loop_.now() < run_deadline(); ++cycle) {
    if (cycle >= kFewestAnew && is_settled(report_.cycles)) break;
    if (!run_cycle(*load_, {.phase = model::Phase::warmup})) return false;
  }
  return freeze();
}

bool Session::freeze() {
  const auto answer = std::make_shared<std::optional<Result<void>>>();
  hub_->freeze([answer](const Result<void>& result) { *answer = result; });
  if (wait_until([&] { return answer->has_value(); }, run_deadline()) != Wait::done) return false;
  if (!answer->value()) end_with(answer->value().error());
  return answer->value().has_value();
}

}  // namespace leakcheck::run
