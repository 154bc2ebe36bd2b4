#include <cmath>
#include <utility>

#include "harness/load/failure.hpp"
#include "harness/load/scheduled_load.hpp"

/// ScheduledLoad's other half: what one virtual user does, step by step.
namespace leakcheck::load {
namespace {

/// Spreads a share evenly: of the first n it takes n * share, rounded up, so that none is too
/// small.
bool is_in_share(std::int64_t occurrence, double share) {
  constexpr std::int64_t kParts = 1'000'000;
  const std::int64_t parts = std::llround(share * kParts);
  const auto taken = [&](std::int64_t n) { return (n * parts + kParts - 1) / kParts; };
  return taken(occurrence + 1) > taken(occurrence);
}

const std::string& name_of(const PlannedStep& step) {
  if (const auto* request = std::get_if<PlannedRequest>(&step)) return request->plan.name();
  return std::get<PlannedWebSocket>(step).handshake.name();
}

/// How long a step keeps its connection open when all was said: no latency.
Duration hold_of(const PlannedStep& step) {
  if (const auto* socket = std::get_if<PlannedWebSocket>(&step)) return socket->hold;
  const auto& request = std::get<PlannedRequest>(step);
  return request.stream ? Duration(request.stream->hold) : Duration(0);
}

std::size_t tally_step_of(const PlannedStep& step) {
  if (const auto* request = std::get_if<PlannedRequest>(&step)) return request->tally_step;
  return std::get<PlannedWebSocket>(step).tally_step;
}

}  // namespace

/// Carries the user on until it waits: for an answer, for time to pass, or for another iteration.
/// `on_time`: its iteration is due just now.
void ScheduledLoad::run(std::size_t number, bool on_time) {
  VirtualUser& user = users_[number];
  while (true) {
    if (user.flow == nullptr && !begin_iteration(user, on_time)) {
      idle_.push_back(number);
      wait_for_arrival();
      return;
    }
    on_time = false;
    if (user.step < user.flow->steps.size()) {
      if (do_step(number, user.flow->steps[user.step])) return;
      continue;
    }
    // One that never waited would otherwise keep the loop to itself.
    const bool waited = user.waited;
    end_iteration(user);
    if (!waited && work_->to_begin > 0) {
      wait(number, Duration(0));
      return;
    }
  }
}

/// False when there is none to begin, or none yet.
bool ScheduledLoad::begin_iteration(VirtualUser& user, bool on_time) {
  Work& work = *work_;
  if (work.to_begin == 0 || (work.aside != nullptr && user.ran_aside)) return false;
  const TimePoint now = loop_.now();
  if (work.arrivals && !work.arrivals->is_due(now)) return false;
  if (work.aside == nullptr && plan_.rows.is_used_up(position_.iteration)) {
    work.outcome.used_up = true;
    work.close();
    end_when_idle();
    return false;
  }
  --work.to_begin;
  ++work.active;
  user.intended = work.arrivals ? work.arrivals->take() : now;
  // One that has just become free may take what others, who are idle, would get in this same turn.
  if (!work.is_counted() || !work.arrivals)
    ;
  else if (on_time || !idle_.empty())
    lateness_.add(now - user.intended);
  else if (spec_.when_busy == model::LoadSpec::WhenBusy::wait)
    ++late_;
  begin_flow(user);
  return true;
}

void ScheduledLoad::begin_flow(VirtualUser& user) {
  const auto number = &user - users_.data();
  user.step = 0;
  user.passes.clear();
  user.waited = false;
  user.memory.captured = user.from_setup.captured;
  if (spec_.cookies == model::LoadSpec::Cookies::iteration)
    user.memory.cookies = user.from_setup.cookies;
  if (work_->aside != nullptr) {
    user.flow = work_->aside;
    user.ran_aside = true;
    user.occurrence = 0;
  } else {
    const std::size_t flow = plan_.schedule.next();
    user.flow = &plan_.flows.flows[flow];
    user.occurrence = work_->occurrences[flow]++;
    if (work_->is_counted()) ++iterations_;
  }
  // In set-up and teardown users differ, and take none of the load's own.
  user.iteration = work_->aside == nullptr ? position_.iteration : number;
  user.row = plan_.rows.row_of(user.iteration);
  user.sequence = user.next_sequence = position_.sequence + 1;
  position_.sequence += user.flow->requests;
  if (work_->aside == nullptr) ++position_.iteration;
}

void ScheduledLoad::end_iteration(VirtualUser& user) {
  user.flow = nullptr;
  --work_->active;
  end_when_idle();
}

/// False when the user can go on at once.
bool ScheduledLoad::do_step(std::size_t number, const PlannedStep& step) {
  VirtualUser& user = users_[number];
  if (const auto* request = std::get_if<PlannedRequest>(&step)) return send(number, *request);
  if (const auto* socket = std::get_if<PlannedWebSocket>(&step)) return connect(number, *socket);
  std::size_t next = user.step + 1;
  if (const auto* think = std::get_if<PlannedThink>(&step)) {
    user.step = next;
    return wait(number, think->time);
  }
  if (std::holds_alternative<LoopBegin>(step)) {
    user.passes.push_back(0);
  } else if (const auto* loop = std::get_if<LoopEnd>(&step)) {
    if (++user.passes.back() < loop->count)
      next = loop->begin;
    else
      user.passes.pop_back();
  } else if (const auto* jump = std::get_if<Jump>(&step)) {
    next = jump->to;
  } else {
    const auto& branch = std::get<Branch>(step);
    RequestValues values = values_of(number);
    values.distinct = nullptr;  // nothing is sent
    if (!branch.holds(values)) next = branch.otherwise;
  }
  user.step = next;
  return false;
}

bool ScheduledLoad::send(std::size_t number, const PlannedRequest& request) {
  VirtualUser& user = users_[number];
  user.sequence = user.next_sequence++;
  RequestValues values = values_of(number);
  const auto& abort = request.handling.abort;
  const bool aborted = abort && is_in_share(user.occurrence, abort->share);
  const auto failure = sender_.send(number, request, values, user.memory.cookies, aborted);
  return failure.empty() || refuse(number, request.tally_step, failure);
}

bool ScheduledLoad::connect(std::size_t number, const PlannedWebSocket& socket) {
  VirtualUser& user = users_[number];
  user.sequence = user.next_sequence++;
  RequestValues values = values_of(number);
  const auto failure = sender_.send(number, socket, values, user.memory.cookies);
  return failure.empty() || refuse(number, socket.tally_step, failure);
}

/// A request that cannot be made has failed on the spot. The user goes on in the loop's next turn,
/// because all of its requests may be so.
bool ScheduledLoad::refuse(std::size_t number, std::size_t tally_step, std::string_view failure) {
  tally().add_unsent(tally_step, failure);
  note_failure(number, failure);
  ++users_[number].step;
  return wait(number, Duration(0));
}

bool ScheduledLoad::wait(std::size_t number, Duration time) {
  users_[number].waited = true;
  users_[number].timer = loop_.call_after(time, [this, number] {
    VirtualUser& user = users_[number];
    user.timer = 0;
    user.intended = loop_.now();
    run(number);
    sender_.flush();
  });
  return true;
}

RequestValues ScheduledLoad::values_of(std::size_t number) {
  VirtualUser& user = users_[number];
  RequestValues values{user.sequence, user.row,
                       Random(spec_.seed, 2 * static_cast<std::uint64_t>(user.sequence))};
  values.iteration = user.iteration;
  values.user = number;
  values.loop_count = user.passes.empty() ? 0 : user.passes.back() + 1;
  values.captured = &user.memory.captured;
  values.distinct = work_->is_counted() ? plan_.distinct.get() : nullptr;
  return values;
}

void ScheduledLoad::on_exchange(std::size_t number, const Exchange& exchange) {
  VirtualUser& user = users_[number];
  user.waited = true;
  record(number, exchange);
  user.intended = loop_.now();
  ++user.step;
  run(number);
}

void ScheduledLoad::record(std::size_t number, const Exchange& exchange) {
  const VirtualUser& user = users_[number];
  const PlannedStep& step = user.flow->steps[user.step];
  std::string_view problem;
  if (const auto* request = std::get_if<PlannedRequest>(&step); request && exchange.status != 0)
    problem = look_at(number, *request, exchange);
  Duration latency = loop_.now() - user.intended;
  if (exchange.status != 0) latency -= hold_of(step);
  const bool failed = tally().add(tally_step_of(step), exchange, problem, latency);
  if (exchange.status != 0) ++work_->outcome.answered;
  if (failed) note_failure(number, exchange.status != 0 ? problem : exchange.failure);
}

std::string_view ScheduledLoad::look_at(std::size_t number, const PlannedRequest& request,
                                        const Exchange& exchange) {
  if (spec_.cookies != model::LoadSpec::Cookies::off && request.plan.goes_to_target() &&
      sender_.take_cookies(number, exchange.head, users_[number].memory.cookies))
    tally().note_cookie(request.tally_step);
  RequestValues values = values_of(number);
  values.distinct = nullptr;
  const std::string_view problem = request.answer.look_at(exchange, values, held_);
  for (std::size_t i = 0; i < held_.size(); ++i)
    if (request.tally_checks[i] != PlannedRequest::kUncounted)
      tally().add_check_result(request.tally_checks[i], held_[i]);
  return problem;
}

void ScheduledLoad::note_failure(std::size_t number, std::string_view failure) {
  ++work_->outcome.failed;
  if (!work_->first_problem || !work_->first_problem->empty()) return;
  const PlannedStep& step = users_[number].flow->steps[users_[number].step];
  *work_->first_problem = name_of(step) + ": " + std::string(failure);
}

}  // namespace leakcheck::load
