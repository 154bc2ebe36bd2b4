#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/load/distinct_counts.hpp"
#include "harness/load/flow_plan.hpp"
#include "harness/load/flow_schedule.hpp"
#include "harness/load/load_engine.hpp"
#include "harness/load/request_sender.hpp"
#include "harness/load/tally.hpp"
#include "harness/load/variables.hpp"
#include "harness/load/virtual_user.hpp"
#include "harness/load/work.hpp"

namespace leakcheck::load {

/// Everything that LoadEngine::create() has checked and worked out.
struct LoadPlan {
  Flows flows;
  FlowSchedule schedule;
  PayloadRows rows;
  Tally tally;
  Tally uncounted;           ///< of replays
  std::size_t captures = 0;  ///< how many values steps capture
  std::string cookie_host;
  std::unique_ptr<DistinctCounts> distinct;
};

/// Virtual users that run flows: as fast as answers come (closed model), or as arrivals are due
/// (open model, with at most so many users at work).
/// A request that fails does not end its flow: the next one is sent all the same, because every
/// cycle must hold the same requests.
class ScheduledLoad final : public LoadEngine {
 public:
  ScheduledLoad(const model::LoadSpec& spec, LoadPlan plan, const Origin& origin, EventLoop& loop);
  ~ScheduledLoad() override;

  int requests_per_cycle() const override;
  void start_cycle(Duration time_limit, std::function<void(CycleOutcome)> done, int times) override;
  void replay_cycle(Position from, Duration time_limit, std::function<void(CycleOutcome)> done,
                    int times) override;
  bool varies() const override;
  void go_on_from(Position position) override { position_ = position; }
  void run_for(Duration time, std::function<void(CycleOutcome)> done) override;
  Position position() const override { return position_; }
  void set_up(Duration time_limit, std::function<void(std::string)> done) override;
  void tear_down(Duration time_limit, std::function<void(std::string)> done) override;
  void abort() override;
  std::int64_t sent() const override { return sender_.sent(); }
  std::int64_t upgrades() const override { return sender_.upgrades(); }
  std::vector<std::string> steps_that_set_cookies() const override;
  void reset_summary() override;
  model::LoadSummary summary() const override;
  std::vector<std::string> notes() const override;
  double latency_percentile_ms(double percentile, const std::string& step) const override;

 private:
  void begin_cycle(Duration time_limit, std::function<void(CycleOutcome)> done, int times,
                   std::optional<Position> go_back_to);
  void begin(Work work, Duration time_limit);
  void begin_aside(const FlowPlan& flow, Duration time_limit,
                   std::function<void(std::string)> done);
  void run(std::size_t number, bool on_time = false);
  bool begin_iteration(VirtualUser& user, bool on_time);
  void begin_flow(VirtualUser& user);
  void end_iteration(VirtualUser& user);
  bool do_step(std::size_t number, const PlannedStep& step);
  bool send(std::size_t number, const PlannedRequest& request);
  bool connect(std::size_t number, const PlannedWebSocket& socket);
  bool refuse(std::size_t number, std::size_t tally_step, std::string_view failure);
  bool wait(std::size_t number, Duration time);
  RequestValues values_of(std::size_t number);
  void on_exchange(std::size_t number, const Exchange& exchange);
  void record(std::size_t number, const Exchange& exchange);
  std::string_view look_at(std::size_t number, const PlannedRequest& request,
                           const Exchange& exchange);
  void note_failure(std::size_t number, std::string_view failure);
  void wait_for_arrival();
  void on_arrival();
  void drop_arrivals();
  void on_time_limit();
  void on_last_call();
  void end_when_idle();
  void end_work();
  void leave_work(Duration took);
  void stop_everything();
  Tally& tally() {
    if (work_->aside != nullptr) return plan_.flows.aside_tally;
    return work_->is_counted() ? plan_.tally : plan_.uncounted;
  }

  EventLoop& loop_;
  model::LoadSpec spec_;
  LoadPlan plan_;
  std::vector<VirtualUser> users_;
  // Who became free last is last, and goes first: so at a low rate the same few connections serve,
  // and none rests for so long that it cannot be used again.
  std::vector<std::size_t> idle_;
  Position position_;
  std::optional<Work> work_;

  // Since reset_summary().
  std::int64_t sent_at_reset_ = 0;
  std::int64_t connections_at_reset_ = 0;
  std::int64_t received_at_reset_ = 0;
  std::int64_t iterations_ = 0;
  std::int64_t dropped_ = 0;
  std::int64_t late_ = 0;
  Histogram lateness_;
  Duration busy_{};
  Duration cpu_{};

  std::vector<bool> held_;  // scratch of look_at()
  RequestSender sender_;    // last: it refers to the others while it closes
};

}  // namespace leakcheck::load
