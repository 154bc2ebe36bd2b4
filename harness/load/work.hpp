#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/load/arrival_schedule.hpp"
#include "harness/load/flow_plan.hpp"
#include "harness/load/load_engine.hpp"

namespace leakcheck::load {

/// What the virtual users do at the moment: a cycle, a stretch of time, a set-up or a teardown.
struct Work {
  std::function<void(CycleOutcome)> done;
  CycleOutcome outcome;
  TimePoint began{};
  Duration cpu_before{};
  std::int64_t sent_before = 0;
  std::int64_t connections_before = 0;
  std::int64_t received_before = 0;
  std::int64_t to_begin = 0;                ///< iterations
  std::int64_t active = 0;                  ///< iterations that have begun and not ended
  std::optional<ArrivalSchedule> arrivals;  ///< open model
  std::vector<std::int64_t> occurrences;    ///< of each flow, so far
  std::optional<Position> go_back_to;       ///< when a replay ends

  const FlowPlan* aside = nullptr;             ///< the set-up or teardown; null: the flows
  std::shared_ptr<std::string> first_problem;  ///< of it

  EventLoop::TimerId limit = 0;
  EventLoop::TimerId last_call = 0;  ///< no iteration begins after it
  EventLoop::TimerId arrival = 0;
  EventLoop::TimerId end = 0;

  /// Whether it is in the summary: set-up and teardown are no load, and a replay is none that
  /// anybody asked for.
  bool is_counted() const { return aside == nullptr && !go_back_to; }

  /// Begins nothing any more.
  void close() {
    to_begin = 0;
    if (arrivals) arrivals->end();
  }
};

}  // namespace leakcheck::load
