#include <fmt/format.h>

#include <algorithm>

#include "harness/run/endings.hpp"
#include "harness/run/honesty.hpp"
#include "harness/run/ignored.hpp"
#include "harness/run/session.hpp"

namespace leakcheck::run {
namespace {

constexpr std::size_t kTailLines = 20;

const model::Check* find_failed(const std::vector<model::Check>& checks) {
  const auto found = std::find_if(checks.begin(), checks.end(), [](const model::Check& check) {
    return check.state == model::CheckState::failed;
  });
  return found == checks.end() ? nullptr : &*found;
}

const model::Check* find_failed_requests(const model::Verdict& verdict) {
  const auto found =
      std::find_if(verdict.thresholds.begin(), verdict.thresholds.end(), [](const auto& check) {
        return check.state == model::CheckState::failed &&
               check.name.rfind(to_string(model::Threshold::Metric::http_req_failed), 0) == 0;
      });
  return found == verdict.thresholds.end() ? nullptr : &*found;
}

model::Outcome outcome_of_load(const std::string& why, const model::LoadSummary& load) {
  return {
      model::Ending::load_invalid,
      fmt::format("the load is invalid, so memory was not judged: {}; {}", why, list_errors(load)),
      "make the scenario's requests succeed first: check the urls, the bodies and the "
      "service's log"};
}

model::Outcome outcome_of(const model::Verdict& verdict, const model::LoadSummary& load,
                          bool bounded_keys) {
  using model::Ending;
  if (const auto* failed = find_failed_requests(verdict))
    return outcome_of_load(failed->message, load);
  if (verdict.answer == model::Answer::leak ||
      (verdict.answer == model::Answer::keyed_growth && !bounded_keys))
    return {Ending::leak, verdict.reason, ""};
  if (const auto* failed = find_failed(verdict.budgets))
    return {Ending::budget_exceeded, "a budget is exceeded: " + failed->message, ""};
  if (const auto* failed = find_failed(verdict.thresholds))
    return {Ending::budget_exceeded, "a threshold is exceeded: " + failed->message, ""};
  if (verdict.answer == model::Answer::inconclusive)
    return {Ending::inconclusive, verdict.reason, ""};
  const auto undecided = std::find_if(
      verdict.budgets.begin(), verdict.budgets.end(),
      [](const auto& check) { return check.state == model::CheckState::inconclusive; });
  if (undecided != verdict.budgets.end())
    return {Ending::inconclusive, "a budget could not be judged: " + undecided->message, ""};
  return {Ending::clean, verdict.reason, ""};
}

}  // namespace

void Session::stop_target() {
  watching_life_ = false;
  if (load_) {
    load_->abort();
    report_.load = load_->summary();
    report_.requests_seen = requests_.seen - requests_.seen_before_load;
  }
  if (!target_) return;
  for (std::string& problem : hub_->problems()) note(std::move(problem));
  phase_ = model::Phase::stop;
  report_progress();
  const target::Exit exit = target_->stop([this] { return interrupt_.insisted(); });
  if (!report_.target.end) {
    report_.target.end = exit.end;
    report_.target.exit_code = exit.code;
    report_.target.signal = exit.signal;
    if (exit.end == model::TargetEnd::killed && !interrupt_.requested()) note(exit.message);
  }
  read_logs();
}

void Session::read_logs() {
  report_.target.log_tail = target_->log_tail(kTailLines);
}

void Session::conclude() {
  const bool died_under_load = ended_ && !report_.cycles.empty();
  if (ended_ && !died_under_load && report_.target.end != model::TargetEnd::out_of_memory) return;

  model::Verdict verdict = verdict::decide(settings(), measured_, peaks_, true).verdict;
  if (load_)
    verdict.thresholds =
        verdict::judge_thresholds(scenario_.thresholds, report_.load, percentiles());
  if (!route_runs_.empty()) {
    verdict::RoutesVerdict routes = verdict::judge_routes(route_runs_, mixture_);
    verdict.routes = std::move(routes.routes);
    verdict.routes_say = std::move(routes.say);
    // Each route kept something before time gave it back: none of them leaks.
    if (verdict.answer == model::Answer::time_bounded) {
      for (model::RouteGrowth& route : verdict.routes) route.leaks = false;
      verdict.routes_say.clear();
    }
  }
  report_.verdict = std::move(verdict);

  if (report_.target.end == model::TargetEnd::out_of_memory && load_ && !has_answer_)
    return judge_out_of_memory();
  if (ended_) return;
  note_request_counts();
  note_load();
  report_.outcome = load_is_hopeless()
                        ? outcome_of_load("most requests failed", report_.load)
                        : outcome_of(*report_.verdict, report_.load, scenario_.load.bounded_keys);
  if (report_.outcome.ending == model::Ending::leak && report_.explanation)
    if (std::string why = why_ignored(*report_.verdict, *report_.explanation); !why.empty())
      report_.outcome = {model::Ending::clean, std::move(why), ""};
  if (report_.outcome.ending == model::Ending::load_invalid) {
    report_.verdict->answer = model::Answer::inconclusive;
    report_.verdict->reason = report_.outcome.message;
    report_.verdict->culprit.reset();
    report_.verdict->quantities.clear();
    report_.verdict->budgets.clear();
  }
}

void Session::note_request_counts() {
  if (measured_.empty()) return;
  // Both as of the last whole cycle: one that the time limit cut short was not counted in the
  // service.
  const std::int64_t sent = report_.cycles.back().requests_total - requests_.upgrades;
  const std::int64_t seen = report_.requests_seen;
  if (seen == sent) return;
  if (seen == 0) {
    note(
        fmt::format("the service's http.Server saw none of the {} requests sent: its requests "
                    "cannot be counted there (HTTP/2, or a server of its own)",
                    format_grouped(sent)));
    return;
  }
  note(fmt::format(
      "the service saw {} requests, {} were sent: {}; bytes per request count the "
      "requests sent",
      format_grouped(seen), format_grouped(sent),
      seen > sent ? "somebody else calls it too (a health check, or the service itself)"
      : report_.load.aborted > 0 ? "some never reached it, as of clients that went away at once"
                                 : "some never reached it"));
}

/// What makes the load other than it was meant, or the latencies partly our own.
void Session::note_load() {
  for (std::string& sentence : load_->notes()) note(std::move(sentence));
  // Each cycle waits for its last answers, when none begins any more.
  const double waiting_ms = static_cast<double>(measured_.size()) * report_.load.latency.max_ms;
  for (std::string& doubt :
       list_doubts(report_.load, scenario_.load.vus, report_.load.busy_ms - waiting_ms))
    note(std::move(doubt));
}

void Session::judge_out_of_memory() {
  const auto growth = verdict::estimate_running(measured_);
  const std::string before =
      growth ? fmt::format("; before that the post-GC heap grew by {} per request",
                           format_bytes(*growth))
             : "";
  const std::string message = fmt::format(
      "the service ran out of memory under load: {} MB (maxOldSpaceSize) were full "
      "after {} requests{}",
      scenario_.target.max_old_space_mb, format_grouped(load_->sent()), before);
  report_.verdict->answer = model::Answer::leak;
  report_.verdict->culprit = model::Quantity::heap_used;
  report_.verdict->reason = message;
  report_.outcome = {model::Ending::leak, message,
                     "if the service needs more memory than that without leaking, raise "
                     "target.node.maxOldSpaceSize"};
}

}  // namespace leakcheck::run
