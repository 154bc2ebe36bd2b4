#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/load/cookie_jar.hpp"
#include "harness/load/flow_plan.hpp"

namespace leakcheck::load {

/// What a virtual user knows: values it captured, by slot, and its cookies.
struct UserMemory {
  std::vector<std::optional<std::string>> captured;
  CookieJar cookies;  ///< of the target; other hosts' are not kept
};

/// One virtual user: which flow it runs, and where in it it is.
struct VirtualUser {
  explicit VirtualUser(const UserMemory& knows) : memory(knows), from_setup(knows) {}

  UserMemory memory;
  UserMemory from_setup;  ///< what each iteration begins with

  const FlowPlan* flow = nullptr;  ///< none: it waits for one
  std::size_t step = 0;
  std::vector<int> passes;  ///< of the loops it is in, the innermost last; from 0
  bool waited = false;      ///< in this iteration: for an answer, or for time to pass

  std::int64_t iteration = 0;
  std::int64_t occurrence = 0;     ///< of this flow in this cycle, from 0
  std::int64_t sequence = 0;       ///< of the request in flight
  std::int64_t next_sequence = 0;  ///< of the next one; given out when the iteration begins
  const std::vector<std::string>* row = nullptr;
  TimePoint intended{};  ///< when the request in flight should have started
  EventLoop::TimerId timer = 0;
  bool ran_aside = false;  ///< the set-up or the teardown that runs just now
};

}  // namespace leakcheck::load
