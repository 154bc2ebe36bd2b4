#include "harness/run/load_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>

#include "harness/base/bytes.hpp"
#include "harness/base/file.hpp"
#include "harness/load/load_engine.hpp"
#include "harness/run/endings.hpp"
#include "harness/run/honesty.hpp"
#include "harness/target/ready_probe.hpp"
#include "harness/target/target.hpp"
#include "harness/verdict/judge.hpp"

namespace leakcheck::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A service that runs already answers at once, or is not there.
constexpr seconds kRunningPatience{3};
constexpr milliseconds kTick{100};
constexpr std::size_t kTicksOfRate = 10;   ///< the live rate is that of the last second
constexpr std::size_t kTicksOfCounts = 5;  ///< a summary walks through every histogram
constexpr std::size_t kTailLines = 20;

class LoadRun {
 public:
  LoadRun(const model::Scenario& scenario, const LoadOrder& order, const Options& options,
          const LoadControl& control);

  model::LoadReport run();

 private:
  bool launch();
  bool find_running();
  bool open_load();
  bool set_up();
  void drive();
  void start(std::function<void(load::CycleOutcome)> done);
  void tear_down();
  void stop_target();
  void conclude();
  void note_doubts();
  model::Outcome judge() const;

  void tick();
  void report_progress();
  void look_for_abort();
  verdict::PercentileMs percentiles() const;

  bool wait_until(const std::function<bool()>& done);
  bool over();
  void end(model::Outcome outcome);
  void end_with(const Error& error) { end({ending_of(error.kind), error.message, error.hint}); }
  void end_with(const target::Failure& failure);
  double elapsed_ms() const { return to_ms(loop_.now() - stage_began_); }

  const model::Scenario& scenario_;
  const LoadOrder& order_;
  const Options& options_;
  const LoadControl& control_;
  EventLoop loop_;
  Interrupt interrupt_;
  std::unique_ptr<target::Target> target_;
  std::unique_ptr<load::LoadEngine> load_;

  model::LoadReport report_;
  bool ended_ = false;
  TimePoint began_;
  TimePoint stage_began_;
  std::string stage_ = "while the service started";
  std::optional<load::CycleOutcome> outcome_;
  const model::Threshold* aborting_ = nullptr;  ///< it ended the load early
  model::LoadProgress progress_;
  std::deque<std::pair<TimePoint, std::int64_t>> sent_;
  std::size_t ticks_ = 0;
  EventLoop::TimerId tick_ = 0;
};

LoadRun::LoadRun(const model::Scenario& scenario, const LoadOrder& order, const Options& options,
                 const LoadControl& control)
    : scenario_(scenario),
      order_(order),
      options_(options),
      control_(control),
      interrupt_(control.signal_fd, loop_),
      began_(loop_.now()),
      stage_began_(began_) {
  report_.leakcheck_version = options.leakcheck_version;
  report_.started_at = options.started_at;
  report_.scenario = summarize(scenario);
  if (order.duration) report_.asked_ms = to_ms(*order.duration);
  report_.asked_requests = order.requests;
}

model::LoadReport LoadRun::run() {
  tick();
  const bool reached = order_.url.empty() ? launch() : find_running();
  if (reached && open_load() && set_up()) {
    drive();
    tear_down();
  }
  loop_.cancel(tick_);
  stop_target();
  conclude();
  report_.duration_ms = to_ms(loop_.now() - began_);
  return std::move(report_);
}

// ---- the service -------------------------------------------------------------------------------

bool LoadRun::launch() {
  if (const auto made = make_private_folder(options_.run_folder); !made) {
    end_with(made.error());
    return false;
  }
  report_.run_folder = options_.run_folder.string();
  target::LaunchOptions options;
  options.run_folder = options_.run_folder;
  // No agent: anything that speaks HTTP will do. The guardian knows the processes by this.
  options.agent_env = {{"LEAKCHECK_RUN", std::filesystem::absolute(options_.run_folder).string()}};
  auto launched = target::Target::launch(scenario_.target, options, loop_);
  if (!launched) {
    end_with(launched.error());
    return false;
  }
  target_ = std::move(*launched);
  describe(*target_, report_.target);

  std::optional<tl::expected<void, target::Failure>> ready;
  target_->when_ready([&](const tl::expected<void, target::Failure>& result) { ready = result; });
  // It keeps its own time limit, and knows best what an early death means.
  loop_.run_until([&] { return ready || interrupt_.requested(); }, TimePoint::max());
  if (ready && !*ready) end_with(ready->error());
  report_.target.ready_ms = to_ms(loop_.now() - began_);
  return !over();
}

bool LoadRun::find_running() {
  report_.target.url = order_.url;
  while (!report_.target.url.empty() && report_.target.url.back() == '/')
    report_.target.url.pop_back();
  const auto address = target::parse_address(report_.target.url);
  if (!address) {
    end({model::Ending::usage_wrong, "--url " + order_.url + " is no url of a service",
         "write http://host:port or https://host:port"});
    return false;
  }
  bool there = false;
  auto probe = target::ReadyProbe::start_tcp(address->host, address->port, loop_,
                                             [&there] { there = true; });
  if (!probe) {
    end({model::Ending::target_failed,
         fmt::format("the host {} of --url cannot be resolved", address->host),
         "write the address of a service that runs already"});
    return false;
  }
  loop_.run_until([&] { return there || interrupt_.requested(); }, loop_.now() + kRunningPatience);
  if (!there && !interrupt_.requested())
    end({model::Ending::target_failed,
         fmt::format("no service at {}: {}", report_.target.url, (*probe)->last_seen()),
         "start it first, or leave --url out: then leakcheck launches target.command"});
  return !over();
}

void LoadRun::stop_target() {
  if (!target_) return;
  const target::Exit exit = target_->stop([this] { return interrupt_.insisted(); });
  if (!report_.target.end) {
    report_.target.end = exit.end;
    report_.target.exit_code = exit.code;
    report_.target.signal = exit.signal;
    if (exit.end == model::TargetEnd::killed && !interrupt_.requested())
      report_.notes.push_back(exit.message);
  }
  report_.target.log_tail = target_->log_tail(kTailLines);
}

// ---- the load ----------------------------------------------------------------------------------

bool LoadRun::open_load() {
  load::Endpoint endpoint{report_.target.url, {}, scenario_.target.tls, order_.full_path_only};
  if (target_) endpoint.socket_path = scenario_.target.socket_path;
  model::LoadSpec spec = scenario_.load;
  if (order_.requests) spec.cycles.requests = static_cast<int>(*order_.requests);
  auto engine = load::LoadEngine::create(spec, scenario_.payload, endpoint, loop_);
  if (!engine) {
    end_with(engine.error());
    return false;
  }
  load_ = std::move(*engine);
  report_.scenario.requests_per_cycle = load_->requests_per_cycle();
  if (order_.requests && load_->requests_per_cycle() != *order_.requests)
    report_.notes.push_back(
        fmt::format("{} requests, in place of {}: whole rounds of the flows' weights",
                    format_grouped(std::int64_t{load_->requests_per_cycle()}),
                    format_grouped(*order_.requests)));
  return true;
}

bool LoadRun::set_up() {
  stage_ = "in the setup";
  std::optional<std::string> problem;
  load_->set_up(scenario_.load.max, [&](std::string text) { problem = std::move(text); });
  if (!wait_until([&] { return problem.has_value(); })) {
    load_->abort();
    return false;
  }
  if (!problem->empty())
    end({model::Ending::load_invalid, "the setup failed: " + *problem,
         "the load needs what load.setup prepares: check its steps and the service's log"});
  return problem->empty();
}

void LoadRun::start(std::function<void(load::CycleOutcome)> done) {
  if (order_.duration) return load_->run_for(*order_.duration, std::move(done));
  load_->start_cycle(scenario_.load.max, std::move(done));
}

void LoadRun::drive() {
  stage_ = "under load";
  stage_began_ = loop_.now();
  ticks_ = 0;
  load_->reset_summary();
  start([this](load::CycleOutcome outcome) { outcome_ = outcome; });
  wait_until([this] { return outcome_ || aborting_ != nullptr; });
  if (!outcome_) load_->abort();
  report_.load = load_->summary();
  report_.thresholds = verdict::judge_thresholds(scenario_.thresholds, report_.load, percentiles());
}

void LoadRun::look_for_abort() {
  const auto& thresholds = scenario_.thresholds;
  if (outcome_ || aborting_ != nullptr ||
      std::none_of(thresholds.begin(), thresholds.end(),
                   [](const auto& each) { return each.abort_on_fail; }))
    return;
  model::LoadSummary load = load_->summary();
  load.busy_ms = elapsed_ms();
  aborting_ = verdict::find_abort(thresholds, load, percentiles());
}

void LoadRun::tear_down() {
  if (interrupt_.requested() || (target_ && target_->exit())) return;
  stage_ = "in the teardown";
  std::optional<std::string> problem;
  load_->tear_down(scenario_.load.max, [&](std::string text) { problem = std::move(text); });
  loop_.run_until([&] { return problem || interrupt_.requested() || (target_ && target_->exit()); },
                  TimePoint::max());
  if (!problem) load_->abort();
  if (problem && !problem->empty()) report_.notes.push_back("the teardown failed: " + *problem);
}

verdict::PercentileMs LoadRun::percentiles() const {
  return [this](double percentile, const std::string& step) {
    return load_->latency_percentile_ms(percentile, step);
  };
}

// ---- the end -----------------------------------------------------------------------------------

void LoadRun::conclude() {
  if (report_.load.sent > 0) note_doubts();
  if (!ended_) report_.outcome = judge();
}

void LoadRun::note_doubts() {
  // Iterations begin until the time is up; with a number of requests, until the last is sent.
  const double starting_ms = order_.duration && outcome_
                                 ? to_ms(*order_.duration)
                                 : report_.load.busy_ms - report_.load.latency.max_ms;
  for (std::string& doubt : list_doubts(report_.load, scenario_.load.vus, starting_ms))
    report_.notes.push_back(std::move(doubt));
  if (aborting_ != nullptr)
    report_.notes.push_back(fmt::format("ended after {:.1f} s, as {} {} was not kept (abortOnFail)",
                                        report_.load.busy_ms / 1000, to_string(aborting_->metric),
                                        aborting_->text));
  if (outcome_ && outcome_->used_up)
    report_.notes.push_back(
        "the payload's rows were used up before the end, as payload.order is unique");
}

model::Outcome LoadRun::judge() const {
  using model::Ending;
  const model::LoadSummary& load = report_.load;
  const auto failed = [&](bool of_requests) -> const model::Check* {
    for (std::size_t i = 0; i < report_.thresholds.size(); ++i)
      if (report_.thresholds[i].state == model::CheckState::failed &&
          (scenario_.thresholds[i].metric == model::Threshold::Metric::http_req_failed) ==
              of_requests)
        return &report_.thresholds[i];
    return nullptr;
  };
  if (load.sent == 0)
    return {Ending::load_invalid, "no request was sent",
            "check load.arrivalRate, load.phases and --duration"};
  const model::Check* of_requests = failed(true);
  if (of_requests != nullptr || 2 * load.failed > load.sent)
    return {Ending::load_invalid,
            fmt::format("too many requests failed: {}; {}",
                        of_requests != nullptr ? of_requests->message : "more than half of them",
                        list_errors(load)),
            "check the urls, the bodies and what is expected of the answers"};
  if (const auto* check = failed(false))
    return {Ending::budget_exceeded, "a threshold is exceeded: " + check->message, ""};
  if (!order_.duration && outcome_ && outcome_->timed_out)
    return {Ending::inconclusive,
            fmt::format("the time limit (load.max: {:.0f} s) came after {} of {} requests",
                        to_ms(scenario_.load.max) / 1000, format_grouped(load.sent),
                        format_grouped(std::int64_t{load_->requests_per_cycle()})),
            "raise load.max, or ask for fewer requests"};
  const auto kept = report_.thresholds.size();
  return {Ending::clean,
          kept == 1 ? "the threshold is kept" : fmt::format("all {} thresholds are kept", kept),
          ""};
}

// ---- waiting -----------------------------------------------------------------------------------

void LoadRun::tick() {
  tick_ = loop_.call_after(kTick, [this] { tick(); });
  ++ticks_;
  if (stage_began_ != began_ && ticks_ % kTicksOfCounts == 0) look_for_abort();
  report_progress();
}

void LoadRun::report_progress() {
  if (!control_.on_progress) return;
  progress_.at_ms = elapsed_ms();
  if (load_) {
    progress_.requests = load_->sent();
    sent_.emplace_back(loop_.now(), progress_.requests);
    if (sent_.size() > kTicksOfRate) sent_.pop_front();
    const auto& [since, sent] = sent_.front();
    const double ms = to_ms(loop_.now() - since);
    if (ms > 0)
      progress_.requests_per_second = 1000 * static_cast<double>(progress_.requests - sent) / ms;
    if (ticks_ % kTicksOfCounts == 0) progress_.failed = load_->summary().failed;
    const double asked = order_.duration ? to_ms(*order_.duration)
                                         : static_cast<double>(load_->requests_per_cycle());
    const double done = order_.duration ? progress_.at_ms : static_cast<double>(progress_.requests);
    progress_.share = asked > 0 ? std::min(1.0, done / asked) : 0;
  }
  control_.on_progress(progress_);
}

/// Whether it came before the run was over.
bool LoadRun::wait_until(const std::function<bool()>& done) {
  loop_.run_until([&] { return done() || over(); }, TimePoint::max());
  return done();
}

bool LoadRun::over() {
  if (ended_) return true;
  if (interrupt_.requested()) {
    model::Outcome outcome = interrupted(interrupt_, stage_);
    outcome.hint.clear();  // the table is what there is
    end(std::move(outcome));
  } else if (target_ && target_->exit()) {
    const target::Exit& exit = *target_->exit();
    report_.target.exit_code = exit.code;
    report_.target.signal = exit.signal;
    end_with(target::Failure{exit.end, Error{ErrorKind::target, exit.message, exit.hint}});
  }
  return ended_;
}

void LoadRun::end(model::Outcome outcome) {
  if (ended_) return;
  ended_ = true;
  report_.outcome = std::move(outcome);
}

void LoadRun::end_with(const target::Failure& failure) {
  report_.target.end = failure.end;
  end({model::Ending::target_failed, failure.error.message, failure.error.hint});
}

}  // namespace

model::LoadReport run_load(const model::Scenario& scenario, const LoadOrder& order,
                           const Options& options, const LoadControl& control) {
  return LoadRun(scenario, order, options, control).run();
}

}  // namespace leakcheck::run
