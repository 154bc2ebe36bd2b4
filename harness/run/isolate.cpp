#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/run/endings.hpp"
#include "harness/run/routes.hpp"
#include "harness/run/session.hpp"

namespace leakcheck::run {
namespace {

constexpr std::size_t kMostRoutes = 64;
/// Of a route, in one cycle. In quiet mode a reading is exact to bytes, and more would only take
/// longer; else its noise is spread over more of them. Source: chosen by us.
constexpr int kMostQuiet = 100;
constexpr int kFewestElse = 500;
/// Cycles that warm up: more for the first route, while what the whole load has left goes away,
/// such as its connections. Source: chosen by us; on Node.js 20 a first route gave back 6 to 17 B a
/// request in all of its first five cycles.
constexpr int kWarmUps = 1;
constexpr int kFirstWarmUps = 6;
constexpr const char* kNoTime = "there was no time for it (load.max)";

const model::StepSummary* find_step(const model::LoadSummary& load, const std::string& name) {
  const auto found = std::find_if(load.steps.begin(), load.steps.end(),
                                  [&](const auto& step) { return step.name == name; });
  return found == load.steps.end() ? nullptr : &*found;
}

double share_of(const model::LoadSummary& load, const std::string& name) {
  const auto* step = find_step(load, name);
  std::int64_t all = 0;
  for (const model::StepSummary& each : load.steps) all += each.requests;
  return step == nullptr || all == 0
             ? 0
             : static_cast<double>(step->requests) / static_cast<double>(all);
}

bool mostly_fails(const model::StepSummary* step) {
  return step != nullptr && 2 * step->failed > step->requests;
}

/// Whether something fails alone that does not fail in the whole load.
bool fails_alone(const model::LoadSummary& alone, const model::LoadSummary& whole) {
  return std::any_of(alone.steps.begin(), alone.steps.end(), [&](const model::StepSummary& step) {
    return mostly_fails(&step) && !mostly_fails(find_step(whole, step.name));
  });
}

std::vector<verdict::StepCount> count_steps(const model::LoadSummary& load) {
  std::vector<verdict::StepCount> out;
  for (const model::StepSummary& step : load.steps) out.push_back({step.name, step.requests});
  return out;
}

}  // namespace

/// Each route alone, when the scenario asks for it and has not had it.
bool Session::isolate_routes(const verdict::Decision& decision) {
  using Isolate = model::LoadSpec::Isolate;
  const bool grows = decision.verdict.answer == model::Answer::leak ||
                     decision.verdict.answer == model::Answer::keyed_growth;
  const bool is_sure = decision.done || decision.next == model::Phase::settle;
  const Isolate when = scenario_.load.isolate;
  if (!is_sure || !route_runs_.empty() || when == Isolate::never ||
      (when == Isolate::on_failure && !grows))
    return true;
  mixture_ = decision.verdict;
  const int asked = scenario_.load.cycles.requests;
  const bool is_quiet = options_.mode == model::Mode::quiet;
  const auto routes = list_routes(
      scenario_.load, {load_->steps_that_set_cookies(),
                       is_quiet ? std::min(asked, kMostQuiet) : std::max(asked, kFewestElse)});
  if (routes.size() == 1) {
    route_runs_.emplace_back().name = routes.front().name;
    return true;
  }
  report_progress(fmt::format("each of the {} routes alone", routes.size()));
  const model::LoadSummary whole = load_->summary();
  load::Position position = load_->position();
  for (const Route& route : routes) {
    verdict::RouteRun& run = route_runs_.emplace_back();
    run.name = route.name;
    run.share = share_of(whole, route.name);
    if (run.share <= 0)
      run.problem = "the whole load sent it no request";
    else if (route_runs_.size() > kMostRoutes)
      run.problem = fmt::format("only {} routes are run alone", kMostRoutes);
    else if (loop_.now() >= run_deadline())
      run.problem = kNoTime;
    else if (!run_route(route, whole, position))
      return false;
  }
  return true;
}

bool Session::run_route(const Route& route, const model::LoadSummary& whole,
                        load::Position& position) {
  verdict::RouteRun& run = route_runs_.back();
  for (const RouteLoad& way : route.ways) {
    run.with = way.with;
    run.cycles.clear();
    run.sent.clear();
    run.problem.clear();
    auto engine = load::LoadEngine::create(
        way.load, scenario_.payload,
        {target_->url(), scenario_.target.socket_path, scenario_.target.tls}, loop_);
    if (!engine) {
      run.problem = engine.error().message;
      continue;
    }
    // Past all that was sent, so that keys are new.
    (*engine)->go_on_from(position);
    if (!run_alone(**engine, whole)) return false;
    position = (*engine)->position();
    if (run.problem.empty() || loop_.now() >= run_deadline()) break;
  }
  return true;
}

bool Session::run_alone(load::LoadEngine& engine, const model::LoadSummary& whole) {
  verdict::RouteRun& run = route_runs_.back();
  if (!set_up_alone(engine)) return false;
  int warm_ups = route_runs_.size() == 1 ? kFirstWarmUps : kWarmUps;
  while (run.problem.empty() && verdict::wants_more_cycles(route_runs_, mixture_)) {
    const std::size_t cycles = report_.cycles.size();
    if (loop_.now() < run_deadline() &&
        !run_cycle(engine, {.phase = model::Phase::routes, .route = run.name}))
      return false;
    if (report_.cycles.size() == cycles) {
      if (run.cycles.size() > verdict::RouteRun::kFewestSteps) return true;
      run.problem = used_up_ ? "the payload's rows were used up (payload.order: unique)"
                    : loop_.now() < run_deadline() ? "the service restarted itself while it ran"
                                                   : kNoTime;
      return true;
    }
    if (warm_ups-- > 0) run.cycles.clear();
    run.cycles.push_back(report_.cycles.back());
    const model::LoadSummary alone = engine.summary();
    if (fails_alone(alone, whole)) run.problem = "its requests fail alone: " + list_errors(alone);
    if (run.cycles.size() == 1)
      engine.reset_summary();
    else
      run.sent = count_steps(alone);
  }
  return true;
}

bool Session::set_up_alone(load::LoadEngine& engine) {
  std::optional<std::string> problem;
  engine.set_up(std::max<Duration>(run_deadline() - loop_.now(), std::chrono::milliseconds(1)),
                [&](std::string text) { problem = std::move(text); });
  if (wait_until([&] { return problem.has_value(); }, TimePoint::max()) != Wait::done) {
    engine.abort();
    return false;
  }
  requests_.sent_aside += engine.sent();
  if (!problem->empty()) route_runs_.back().problem = "its setup failed: " + *problem;
  return true;
}

}  // namespace leakcheck::run
