#include "harness/load/scheduled_load.hpp"

#include <utility>

#include "harness/load/failure.hpp"

namespace leakcheck::load {
namespace {

FullClient::Options client_options(const model::LoadSpec& spec) {
  FullClient::Options options;
  options.connect_timeout = spec.connect_timeout;
  options.keep_alive = spec.keep_alive;
  return options;
}

}  // namespace

ScheduledLoad::ScheduledLoad(const model::LoadSpec& spec, LoadPlan plan, EventLoop& loop)
    : loop_(loop),
      vus_(spec.vus),
      arrival_rate_(spec.arrival_rate),
      seed_(spec.seed),
      plan_(std::move(plan)),
      users_(static_cast<std::size_t>(vus_)),
      client_(loop, Origin(), users_.size(), client_options(spec),
              [this](std::size_t user, const Exchange& exchange) { on_answer(user, exchange); }) {
  handling_.timeout = spec.request_timeout;
}

ScheduledLoad::~ScheduledLoad() {
  abort();
}

int ScheduledLoad::requests_per_cycle() const {
  return static_cast<int>(plan_.schedule.requests_per_cycle());
}

void ScheduledLoad::start_cycle(Duration time_limit, std::function<void(CycleOutcome)> done) {
  abort();
  const TimePoint now = loop_.now();
  const std::int64_t iterations = plan_.schedule.iterations_per_cycle();
  plan_.schedule.restart();
  cycle_ = RunningCycle();
  RunningCycle& cycle = *cycle_;
  cycle.done = std::move(done);
  cycle.began = now;
  cycle.sent_before = client_.sent();
  cycle.iterations_left = cycle.iterations_open = iterations;
  cycle.limit = loop_.call_after(time_limit, [this] { on_time_limit(); });
  idle_.clear();
  if (arrival_rate_) {
    cycle.arrivals.emplace(now, *arrival_rate_, iterations);
    for (std::size_t number = users_.size(); number > 0; --number) idle_.push_back(number - 1);
    on_arrival();
  } else {
    for (std::size_t number = 0; number < users_.size(); ++number) run(number);
    client_.flush();
  }
}

/// Carries the user on until it waits: for an answer, for time to pass, or for another iteration.
void ScheduledLoad::run(std::size_t number) {
  User& user = users_[number];
  while (true) {
    if (user.flow == nullptr && !begin_iteration(user)) {
      idle_.push_back(number);
      wait_for_arrival();
      return;
    }
    if (user.step == user.flow->steps.size()) {
      user.flow = nullptr;
      if (--cycle_->iterations_open == 0) end_cycle();
      continue;
    }
    const PlannedStep& step = user.flow->steps[user.step];
    if (const auto* time = std::get_if<model::Milliseconds>(&step)) return think(number, *time);
    if (send(number, std::get<PlannedRequest>(step))) return;
  }
}

/// False when there is none to begin, or none yet.
bool ScheduledLoad::begin_iteration(User& user) {
  RunningCycle& cycle = *cycle_;
  const TimePoint now = loop_.now();
  if (cycle.iterations_left == 0) return false;
  if (cycle.arrivals && !cycle.arrivals->is_due(now)) return false;
  --cycle.iterations_left;
  user.intended = cycle.arrivals ? cycle.arrivals->take() : now;
  user.flow = &plan_.flows[plan_.schedule.next()];
  user.step = 0;
  user.row = plan_.rows.row_of(iteration_++);
  return true;
}

/// False when the request could not be made and has failed on the spot.
bool ScheduledLoad::send(std::size_t number, const PlannedRequest& request) {
  User& user = users_[number];
  const std::int64_t sequence = ++sequence_;
  if (request.prepared) {
    client_.start(number, request.prepared, handling_);
    return true;
  }
  RequestValues values{sequence, user.row, Random(seed_, 2 * static_cast<std::uint64_t>(sequence))};
  auto prepared = PreparedRequest::create(request.plan.render(values));
  if (!prepared) {
    record(user, request, {0, kMalformedUrl});
    ++user.step;
    return false;
  }
  client_.start(number, std::move(*prepared), handling_);
  return true;
}

void ScheduledLoad::think(std::size_t number, Duration time) {
  users_[number].think = loop_.call_after(time, [this, number] {
    User& user = users_[number];
    user.think = 0;
    user.intended = loop_.now();
    ++user.step;
    run(number);
    client_.flush();
  });
}

void ScheduledLoad::on_answer(std::size_t number, const Exchange& exchange) {
  User& user = users_[number];
  record(user, std::get<PlannedRequest>(user.flow->steps[user.step]), exchange);
  user.intended = loop_.now();
  ++user.step;
  run(number);
}

void ScheduledLoad::record(const User& user, const PlannedRequest& request,
                           const Exchange& exchange) {
  const bool failed =
      plan_.tally.add(request.tally_step, exchange, request.plan.expects(exchange.status),
                      loop_.now() - user.intended);
  if (exchange.status != 0) ++cycle_->outcome.answered;
  if (failed) ++cycle_->outcome.failed;
}

void ScheduledLoad::wait_for_arrival() {
  RunningCycle& cycle = *cycle_;
  if (!cycle.arrivals || cycle.arrivals->exhausted() || cycle.arrival != 0) return;
  cycle.arrival = loop_.call_at(cycle.arrivals->next(), [this] {
    cycle_->arrival = 0;
    on_arrival();
  });
}

/// When all users are at work, the next to be free takes what is due by then.
void ScheduledLoad::on_arrival() {
  while (!idle_.empty() && cycle_->arrivals->is_due(loop_.now())) {
    const std::size_t number = idle_.back();
    idle_.pop_back();
    run(number);
  }
  if (!idle_.empty()) wait_for_arrival();
  client_.flush();
}

void ScheduledLoad::on_time_limit() {
  cycle_->limit = 0;
  if (cycle_->end != 0) return;  // the last answer came just in time
  for (std::size_t number = 0; number < users_.size(); ++number) {
    if (!client_.is_in_flight(number)) continue;
    const User& user = users_[number];
    record(user, std::get<PlannedRequest>(user.flow->steps[user.step]), {0, kTimeLimit});
  }
  cycle_->outcome.timed_out = true;
  stop_everything();
  end_cycle();
}

/// The caller hears of it in the loop's next turn, where it may start, abort or destroy anything.
void ScheduledLoad::end_cycle() {
  RunningCycle& cycle = *cycle_;
  cycle.outcome.took = loop_.now() - cycle.began;
  cycle.end = loop_.call_at(loop_.now(), [this] {
    loop_.cancel(cycle_->limit);
    CycleOutcome outcome = cycle_->outcome;
    outcome.sent = client_.sent() - cycle_->sent_before;
    busy_ += outcome.took;
    const auto done = std::move(cycle_->done);
    cycle_.reset();
    done(outcome);
  });
}

void ScheduledLoad::replay_cycle(Position from, Duration time_limit,
                                 std::function<void(CycleOutcome)> done) {
  iteration_ = from.iteration;
  sequence_ = from.sequence;
  start_cycle(time_limit, std::move(done));
}

void ScheduledLoad::run_for(Duration time, std::function<void(CycleOutcome)> done) {
  start_cycle(time, std::move(done));
}

void ScheduledLoad::set_up(Duration, std::function<void(std::string)> done) {
  done("");
}

void ScheduledLoad::tear_down(Duration, std::function<void(std::string)> done) {
  done("");
}

void ScheduledLoad::abort() {
  if (!cycle_) return;
  busy_ += loop_.now() - cycle_->began;
  stop_everything();
  loop_.cancel(cycle_->limit);
  loop_.cancel(cycle_->end);
  cycle_.reset();
}

void ScheduledLoad::stop_everything() {
  loop_.cancel(std::exchange(cycle_->arrival, 0));
  for (std::size_t number = 0; number < users_.size(); ++number) {
    User& user = users_[number];
    client_.cancel(number);
    loop_.cancel(std::exchange(user.think, 0));
    user.flow = nullptr;
  }
}

void ScheduledLoad::reset_summary() {
  plan_.tally.clear();
  sent_at_reset_ = client_.sent();
  busy_ = Duration(0);
}

model::LoadSummary ScheduledLoad::summary() const {
  model::LoadSummary out = plan_.tally.summary();
  out.sent = client_.sent() - sent_at_reset_;
  out.busy_ms = to_ms(busy_);
  return out;
}

double ScheduledLoad::latency_percentile_ms(double percentile, const std::string&) const {
  return to_ms(plan_.tally.latency().percentile(percentile));
}

}  // namespace leakcheck::load
