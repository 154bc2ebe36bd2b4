#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "harness/base/clock.hpp"
#include "harness/model/load_report.hpp"
#include "harness/model/scenario.hpp"
#include "harness/run/run.hpp"

namespace leakcheck::run {

/// What a load without a memory verdict is to do.
struct LoadOrder {
  std::string url;                       ///< of a service that runs already; "": launch the target
  std::optional<Duration> duration;      ///< iterations are begun for so long
  std::optional<std::int64_t> requests;  ///< so many, and up to load.max; neither: all phases, once
  bool full_path_only = false;
};

struct LoadControl {
  int signal_fd = -1;  ///< a signalfd for SIGINT, SIGTERM and SIGHUP; -1 for none
  std::function<void(const model::LoadProgress&)> on_progress;  ///< ten times a second
};

/// Launches the target as a run does, but without the agent, or takes the service at `order.url`;
/// sets up, loads, tears down, and stops what it has launched. Blocks until it is over.
/// Whatever happens, a report comes back with all that was measured, and nothing is left running.
model::LoadReport run_load(const model::Scenario& scenario, const LoadOrder& order,
                           const Options& options, const LoadControl& control);

}  // namespace leakcheck::run
