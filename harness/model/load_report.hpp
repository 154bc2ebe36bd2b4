#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/run_report.hpp"

namespace leakcheck::model {

/// Where a load stands; shown live.
struct LoadProgress {
  double at_ms = 0;  ///< since its first request; before that, of the launch
  double share = 0;  ///< done of what was asked for, 0 to 1; 0 as long as the service starts
  std::int64_t requests = 0;
  std::int64_t failed = 0;
  double requests_per_second = 0;  ///< of late
};

/// Everything that `leakcheck load` recorded: the input of its console table and of its JSON.
struct LoadReport {
  static constexpr int kVersion = 1;  ///< of the JSON; a change that breaks readers raises it

  std::string leakcheck_version;
  std::string started_at;  ///< UTC, ISO 8601
  std::string run_folder;  ///< "" when nothing was launched
  double duration_ms = 0;  ///< launch and stop included
  ScenarioSummary scenario;
  TargetSummary target;  ///< without a command when it was running already
  std::optional<double> asked_ms;
  std::optional<std::int64_t> asked_requests;
  Outcome outcome;
  LoadSummary load;
  std::vector<Check> thresholds;
  std::vector<std::string> notes;  ///< sentences the user should read: a rate that was not kept …
};

/// The load report: JSON, versioned, described by reporters/load-report.schema.json. Keys, numbers
/// and texts as in the run record.
std::string render_load_report(const LoadReport& report);

}  // namespace leakcheck::model
