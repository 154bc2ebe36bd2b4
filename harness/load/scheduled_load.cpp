#include "harness/load/scheduled_load.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "harness/base/bytes.hpp"
#include "harness/load/failure.hpp"

namespace leakcheck::load {
namespace {

/// For iterations that have begun when the time of run_for() is over. Source: k6's gracefulStop.
constexpr std::chrono::seconds kGracefulStop{30};
constexpr std::int64_t kEndless = std::numeric_limits<std::int64_t>::max();

/// What this thread has used so far.
Duration cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

/// Iterations per second of the open model, on average; 0 in the closed one.
double wanted_rate(const model::LoadSpec& spec) {
  if (!spec.phases.empty()) {
    Duration time{};
    for (const model::ArrivalPhase& phase : spec.phases) time += phase.duration;
    return 1000 * count_arrivals(spec.phases) / to_ms(time);
  }
  const double rate = spec.arrival_rate.value_or(0);
  return (rate + spec.ramp_to.value_or(rate)) / 2;
}

VirtualUser new_user(std::size_t captures, const std::string& host) {
  return VirtualUser(
      UserMemory{std::vector<std::optional<std::string>>(captures), CookieJar(host)});
}

}  // namespace

ScheduledLoad::ScheduledLoad(const model::LoadSpec& spec, LoadPlan plan, const Origin& origin,
                             EventLoop& loop)
    : loop_(loop),
      spec_(spec),
      plan_(std::move(plan)),
      users_(static_cast<std::size_t>(spec.vus), new_user(plan_.captures, plan_.cookie_host)),
      sender_(loop, spec, origin, plan_.flows.needs,
              [this](std::size_t user, const Exchange& exchange) { on_exchange(user, exchange); }) {
}

ScheduledLoad::~ScheduledLoad() {
  abort();
}

int ScheduledLoad::requests_per_cycle() const {
  return static_cast<int>(plan_.schedule.requests_per_cycle());
}

// ---- what there is to do ----------------------------------------------------------------------

void ScheduledLoad::start_cycle(Duration time_limit, std::function<void(CycleOutcome)> done,
                                int times) {
  begin_cycle(time_limit, std::move(done), times, std::nullopt);
}

void ScheduledLoad::begin_cycle(Duration time_limit, std::function<void(CycleOutcome)> done,
                                int times, std::optional<Position> go_back_to) {
  Work work;
  work.done = std::move(done);
  work.go_back_to = go_back_to;
  work.to_begin = plan_.schedule.iterations_per_cycle() * times;
  const TimePoint now = loop_.now();
  if (!spec_.phases.empty()) {
    work.arrivals.emplace(now, spec_.phases, work.to_begin, times > 1);
  } else if (spec_.ramp_to) {
    const double seconds =
        2 * static_cast<double>(work.to_begin) / (*spec_.arrival_rate + *spec_.ramp_to);
    const auto time = std::chrono::milliseconds(std::llround(1000 * seconds));
    work.arrivals.emplace(
        now, std::vector<model::ArrivalPhase>{{time, *spec_.arrival_rate, *spec_.ramp_to}},
        work.to_begin, false);
  } else if (spec_.arrival_rate) {
    work.arrivals.emplace(now, *spec_.arrival_rate, work.to_begin);
  }
  begin(std::move(work), time_limit);
}

void ScheduledLoad::replay_cycle(Position from, Duration time_limit,
                                 std::function<void(CycleOutcome)> done, int times) {
  abort();
  const Position here = std::exchange(position_, from);
  begin_cycle(time_limit, std::move(done), times, here);
}

bool ScheduledLoad::varies() const {
  return !plan_.distinct->summary().empty();
}

void ScheduledLoad::run_for(Duration time, std::function<void(CycleOutcome)> done) {
  Work work;
  work.done = std::move(done);
  work.to_begin = kEndless;
  const TimePoint now = loop_.now();
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(time);
  if (!spec_.phases.empty())
    work.arrivals.emplace(now, spec_.phases, kEndless, true);
  else if (spec_.ramp_to)
    work.arrivals.emplace(
        now, std::vector<model::ArrivalPhase>{{whole, *spec_.arrival_rate, *spec_.ramp_to}},
        kEndless, true);
  else if (spec_.arrival_rate)
    work.arrivals.emplace(now, *spec_.arrival_rate, kEndless);
  begin(std::move(work), time + kGracefulStop);
  // An arrival at this very moment is one too many, and its timer comes after this one.
  work_->last_call = loop_.call_at(now + time, [this] { on_last_call(); });
}

void ScheduledLoad::set_up(Duration time_limit, std::function<void(std::string)> done) {
  begin_aside(plan_.flows.setup, time_limit, [this, done = std::move(done)](std::string problem) {
    for (VirtualUser& user : users_)
      user.from_setup = spec_.setup.per_user ? user.memory : users_.front().memory;
    for (VirtualUser& user : users_) user.memory = user.from_setup;
    done(std::move(problem));
  });
}

void ScheduledLoad::tear_down(Duration time_limit, std::function<void(std::string)> done) {
  begin_aside(plan_.flows.teardown, time_limit, std::move(done));
}

void ScheduledLoad::begin_aside(const FlowPlan& flow, Duration time_limit,
                                std::function<void(std::string)> done) {
  Work work;
  work.aside = &flow;
  work.to_begin = spec_.setup.per_user ? static_cast<std::int64_t>(users_.size()) : 1;
  if (flow.steps.empty()) work.to_begin = 0;
  const auto problem = std::make_shared<std::string>();
  work.done = [this, problem, done = std::move(done)](const CycleOutcome& outcome) {
    done(outcome.timed_out && problem->empty() ? "it was not done in time" : *problem);
  };
  for (VirtualUser& user : users_) user.ran_aside = false;
  work.first_problem = problem;
  begin(std::move(work), time_limit);
  end_when_idle();
}

void ScheduledLoad::begin(Work work, Duration time_limit) {
  abort();
  plan_.schedule.restart();
  work.began = loop_.now();
  work.cpu_before = cpu_time();
  work.sent_before = sender_.sent();
  work.connections_before = sender_.connections();
  work.received_before = sender_.received_bytes();
  work.occurrences.assign(plan_.flows.flows.size(), 0);
  work_ = std::move(work);
  work_->limit = loop_.call_after(time_limit, [this] { on_time_limit(); });
  idle_.clear();
  if (work_->arrivals) {
    for (std::size_t number = users_.size(); number > 0; --number) idle_.push_back(number - 1);
    on_arrival();
  } else {
    for (std::size_t number = 0; number < users_.size() && work_->to_begin > 0; ++number)
      run(number);
    sender_.flush();
  }
}

// ---- arrivals, and the end --------------------------------------------------------------------

void ScheduledLoad::wait_for_arrival() {
  Work& work = *work_;
  if (!work.arrivals || work.arrivals->exhausted() || work.arrival != 0) return;
  work.arrival = loop_.call_at(work.arrivals->next(), [this] {
    work_->arrival = 0;
    on_arrival();
  });
}

/// When all users are at work, the next to be free takes what is due by then, or nobody does.
void ScheduledLoad::on_arrival() {
  while (!idle_.empty() && work_->arrivals->is_due(loop_.now())) {
    const std::size_t number = idle_.back();
    idle_.pop_back();
    run(number, true);
  }
  const bool drops = spec_.when_busy == model::LoadSpec::WhenBusy::drop;
  if (drops) drop_arrivals();
  if (drops || !idle_.empty()) wait_for_arrival();
  sender_.flush();
}

void ScheduledLoad::drop_arrivals() {
  Work& work = *work_;
  for (const TimePoint now = loop_.now(); work.arrivals->is_due(now); work.arrivals->take()) {
    // It takes its turn all the same, so that those that run are what they would have been.
    const std::size_t flow = plan_.schedule.next();
    ++work.occurrences[flow];
    ++position_.iteration;
    position_.sequence += plan_.flows.flows[flow].requests;
    --work.to_begin;
    if (work.is_counted()) ++dropped_;
  }
  end_when_idle();
}

void ScheduledLoad::on_time_limit() {
  work_->limit = 0;
  if (work_->end != 0) return;  // the last answer came just in time
  Exchange cut_short;
  cut_short.failure = kTimeLimit;
  for (std::size_t number = 0; number < users_.size(); ++number)
    if (sender_.is_in_flight(number)) record(number, cut_short);
  work_->outcome.timed_out = true;
  stop_everything();
  end_work();
}

void ScheduledLoad::on_last_call() {
  work_->last_call = 0;
  work_->close();
  end_when_idle();
}

void ScheduledLoad::end_when_idle() {
  if (work_->to_begin == 0 && work_->active == 0 && work_->end == 0) end_work();
}

/// The caller hears of it in the loop's next turn, where it may start, abort or destroy anything.
void ScheduledLoad::end_work() {
  Work& work = *work_;
  work.outcome.took = loop_.now() - work.began;
  work.end = loop_.call_at(loop_.now(), [this] {
    CycleOutcome outcome = work_->outcome;
    outcome.sent = sender_.sent() - work_->sent_before;
    const auto done = std::move(work_->done);
    leave_work(outcome.took);
    done(outcome);
  });
}

void ScheduledLoad::abort() {
  if (!work_) return;
  stop_everything();
  leave_work(loop_.now() - work_->began);
}

/// Accounts for it and forgets it.
void ScheduledLoad::leave_work(Duration took) {
  if (work_->is_counted()) {
    busy_ += took;
    cpu_ += cpu_time() - work_->cpu_before;
  } else {  // no part of the load
    sent_at_reset_ += sender_.sent() - work_->sent_before;
    connections_at_reset_ += sender_.connections() - work_->connections_before;
    received_at_reset_ += sender_.received_bytes() - work_->received_before;
  }
  for (const auto timer : {work_->limit, work_->last_call, work_->arrival, work_->end})
    loop_.cancel(timer);
  for (VirtualUser& user : users_) loop_.cancel(std::exchange(user.timer, 0));
  if (work_->go_back_to) position_ = *work_->go_back_to;
  work_.reset();
}

void ScheduledLoad::stop_everything() {
  loop_.cancel(std::exchange(work_->arrival, 0));
  for (std::size_t number = 0; number < users_.size(); ++number) {
    VirtualUser& user = users_[number];
    sender_.cancel(number);
    loop_.cancel(std::exchange(user.timer, 0));
    user.flow = nullptr;
  }
}

// ---- the summary ------------------------------------------------------------------------------

std::vector<std::string> ScheduledLoad::steps_that_set_cookies() const {
  std::vector<std::string> names = plan_.flows.aside_tally.steps_that_set_cookies();
  for (std::string& name : plan_.tally.steps_that_set_cookies()) names.push_back(std::move(name));
  return names;
}

void ScheduledLoad::reset_summary() {
  plan_.tally.clear();
  plan_.distinct->clear();
  lateness_.clear();
  sent_at_reset_ = sender_.sent();
  connections_at_reset_ = sender_.connections();
  received_at_reset_ = sender_.received_bytes();
  iterations_ = dropped_ = late_ = 0;
  busy_ = cpu_ = Duration(0);
}

model::LoadSummary ScheduledLoad::summary() const {
  model::LoadSummary out = plan_.tally.summary();
  out.sent = sender_.sent() - sent_at_reset_;
  out.connections = sender_.connections() - connections_at_reset_;
  out.received_bytes = sender_.received_bytes() - received_at_reset_;
  out.iterations = iterations_;
  out.dropped_iterations = dropped_;
  out.late_iterations = late_;
  out.wanted_rate = wanted_rate(spec_);
  out.busy_ms = to_ms(busy_);
  if (busy_ > Duration(0)) out.cpu_share = to_ms(cpu_) / to_ms(busy_);
  out.lateness = summarise(lateness_);
  out.variables = plan_.distinct->summary();
  return out;
}

std::vector<std::string> ScheduledLoad::notes() const {
  if (!plan_.rows.repeats_within(position_.iteration)) return {};
  return {
      fmt::format("the payload was used up after {0} iterations, its {0} rows repeat from "
                  "there: keys that must be new for each request need more rows, or "
                  "{{{{ $sequence }}}}",
                  format_grouped(plan_.rows.size()))};
}

double ScheduledLoad::latency_percentile_ms(double percentile, const std::string& step) const {
  const Histogram* latency = step.empty() ? &plan_.tally.latency() : plan_.tally.find_latency(step);
  return latency == nullptr ? 0 : to_ms(latency->percentile(percentile));
}

}  // namespace leakcheck::load
