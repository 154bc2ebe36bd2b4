#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/load/arrival_schedule.hpp"
#include "harness/load/flow_plan.hpp"
#include "harness/load/flow_schedule.hpp"
#include "harness/load/full_client.hpp"
#include "harness/load/load_engine.hpp"
#include "harness/load/tally.hpp"
#include "harness/load/variables.hpp"

namespace leakcheck::load {

/// Everything that LoadEngine::create() has checked and worked out.
struct LoadPlan {
  std::vector<FlowPlan> flows;
  FlowSchedule schedule;
  PayloadRows rows;
  Tally tally;
};

/// Virtual users that run flows: as fast as answers come (closed model), or as arrivals are due
/// (open model, with at most so many users at work).
/// A request that fails does not end its flow: the next one is sent all the same, because every
/// cycle must hold the same requests.
class ScheduledLoad final : public LoadEngine {
 public:
  ScheduledLoad(const model::LoadSpec& spec, LoadPlan plan, EventLoop& loop);
  ~ScheduledLoad() override;

  int requests_per_cycle() const override;
  void start_cycle(Duration time_limit, std::function<void(CycleOutcome)> done) override;
  void replay_cycle(Position from, Duration time_limit,
                    std::function<void(CycleOutcome)> done) override;
  void run_for(Duration time, std::function<void(CycleOutcome)> done) override;
  Position position() const override { return {iteration_, sequence_}; }
  void set_up(Duration time_limit, std::function<void(std::string)> done) override;
  void tear_down(Duration time_limit, std::function<void(std::string)> done) override;
  void abort() override;
  std::int64_t sent() const override { return client_.sent(); }
  void reset_summary() override;
  model::LoadSummary summary() const override;
  double latency_percentile_ms(double percentile, const std::string& step) const override;

 private:
  struct User {
    const FlowPlan* flow = nullptr;  // none: it waits for one
    std::size_t step = 0;
    const std::vector<std::string>* row = nullptr;
    TimePoint intended{};  // when the request in flight should have started
    EventLoop::TimerId think = 0;
  };
  struct RunningCycle {
    std::function<void(CycleOutcome)> done;
    TimePoint began{};
    std::int64_t sent_before = 0;
    std::int64_t iterations_left = 0;  // to be started
    std::int64_t iterations_open = 0;  // not finished, started or not
    std::optional<ArrivalSchedule> arrivals;
    CycleOutcome outcome;
    EventLoop::TimerId limit = 0;
    EventLoop::TimerId arrival = 0;
    EventLoop::TimerId end = 0;
  };

  void run(std::size_t number);
  bool begin_iteration(User& user);
  bool send(std::size_t number, const PlannedRequest& request);
  void think(std::size_t number, Duration time);
  void on_answer(std::size_t number, const Exchange& exchange);
  void record(const User& user, const PlannedRequest& request, const Exchange& exchange);
  void wait_for_arrival();
  void on_arrival();
  void on_time_limit();
  void end_cycle();
  void stop_everything();

  EventLoop& loop_;
  int vus_;
  std::optional<double> arrival_rate_;
  std::uint64_t seed_;
  Handling handling_;
  LoadPlan plan_;
  std::vector<User> users_;
  // Who became free last is last, and goes first: so at a low rate the same few connections serve,
  // and none rests for so long that it cannot be used again.
  std::vector<std::size_t> idle_;
  std::int64_t sequence_ = 0;
  std::int64_t iteration_ = 0;
  std::optional<RunningCycle> cycle_;
  std::int64_t sent_at_reset_ = 0;
  Duration busy_{};
  FullClient client_;  // last: it refers to the others while it closes
};

}  // namespace leakcheck::load
