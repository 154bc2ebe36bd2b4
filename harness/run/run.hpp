#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/model/progress.hpp"
#include "harness/model/run_report.hpp"
#include "harness/model/scenario.hpp"

namespace leakcheck::run {

/// What the outside world may ask of a run that is under way.
struct Control {
  int signal_fd = -1;  ///< a signalfd for SIGINT, SIGTERM and SIGHUP; -1 for none
  std::function<void(const model::Progress&)> on_progress;  ///< several times a second
};

struct Options {
  std::string leakcheck_version;
  std::string started_at;            ///< UTC, ISO 8601; the run itself only counts from there
  std::filesystem::path run_folder;  ///< made, 0700
  /// How V8 is kept still: the scenario's mode, or what Mode::automatic comes to.
  model::Mode mode = model::Mode::quiet;
  bool may_freeze =
      false;         ///< a service that is too slow in quiet mode ends the run in its warm-up
  Duration spent{};  ///< of the run's time limit, by an attempt before
  std::vector<std::string> stand_ins{};  ///< modules that inert stand-ins take the place of
};

/// One whole run: launch, warm up, cycles, decide, stop; and once more without each suspect of the
/// scenario when it ended with a leak. Blocks until it is over.
/// Whatever happens, a report comes back with all that was recorded, and nothing is left running.
model::RunReport run_scenario(const model::Scenario& scenario, const Options& options,
                              const Control& control);

}  // namespace leakcheck::run
