#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/model/explanation.hpp"
#include "harness/model/outcome.hpp"
#include "harness/model/sample.hpp"
#include "harness/model/scenario.hpp"
#include "harness/model/verdict.hpp"

namespace leakcheck::model {

/// Milliseconds from the intended start of a request to the last byte of its answer.
struct Latency {
  double min_ms = 0, mean_ms = 0, p50_ms = 0, p90_ms = 0, p95_ms = 0, p99_ms = 0, max_ms = 0;
};

struct StepSummary {
  std::string name;
  std::int64_t requests = 0;
  std::int64_t failed = 0;
  Latency latency;
};

/// How many different values a variable of the requests had.
struct VariableUse {
  std::string name;
  std::int64_t uses = 0;
  std::int64_t distinct = 0;  ///< to within 2 %
};

struct CheckSummary {
  std::string name;  ///< "GET /orders/:id: json $.id"
  std::int64_t passed = 0;
  std::int64_t failed = 0;
};

struct LoadSummary {
  std::int64_t sent = 0;                ///< requests written to a socket
  std::int64_t answered = 0;            ///< complete answers, whatever their status
  std::int64_t failed = 0;              ///< no complete answer, or not the expected one;
                                        ///< not those that the time limit cut short
  std::int64_t aborted = 0;             ///< by us, as their step asks; not failed
  std::int64_t connections = 0;         ///< opened
  std::int64_t received_bytes = 0;      ///< of answers, head and body
  std::int64_t iterations = 0;          ///< of flows, begun
  std::int64_t dropped_iterations = 0;  ///< arrivals that no user was free for; whenBusy: drop
  std::int64_t late_iterations = 0;     ///< the same with whenBusy: wait
  std::map<std::string, std::int64_t> errors;  ///< by kind: "timeout", "connection refused",
                                               ///< "status 500" …
  std::map<int, std::int64_t> statuses;        ///< answers by status code
  double busy_ms = 0;                          ///< time spent under load, collections excluded
  double wanted_rate = 0;                      ///< open model: iterations per second; else 0
  double cpu_share = 0;                        ///< of one core that leakcheck took while busy
  Latency lateness;                            ///< our own: due to written, users being free
  Latency latency;
  std::vector<StepSummary> steps;
  std::vector<CheckSummary> checks;
  std::vector<VariableUse> variables;
};

struct TargetSummary {
  std::vector<std::string> command;
  std::string url;
  int pid = 0;               ///< of the measured process; the first when there are several
  std::string node_version;  ///< "20.20.2"
  std::string v8_version;
  int max_old_space_mb = 0;
  double ready_ms = 0;  ///< launch to ready
  std::optional<TargetEnd> end;
  std::optional<int> exit_code;
  std::optional<int> signal;
  std::string stdout_log;  ///< paths
  std::string stderr_log;
  std::vector<std::string> log_tail;  ///< last lines of stderr (or stdout), plain text
};

/// What the run was asked to do; enough to read the record without the scenario at hand.
struct ScenarioSummary {
  std::string name;
  std::string file;
  std::string profile;
  Mode mode = Mode::quiet;
  int vus = 0;
  std::optional<double> arrival_rate;
  int requests_per_cycle = 0;  ///< after rounding to whole rounds of the flows
  int min_cycles = 0;
  int max_cycles = 0;
  std::vector<std::string> flows;  ///< names
  bool chose_mode = false;         ///< mode: auto; `mode` is what it became
  bool bounded_keys = false;
};

/// Everything that one run recorded: the input of every reporter, and its JSON is the run record.
struct RunReport {
  static constexpr int kVersion = 1;  ///< of the JSON; a change that breaks readers raises it

  std::string leakcheck_version;
  std::string started_at;  ///< UTC, ISO 8601: "2026-11-23T20:08:24Z"
  std::string run_folder;
  double duration_ms = 0;
  ScenarioSummary scenario;
  TargetSummary target;
  Outcome outcome;
  std::optional<Verdict> verdict;  ///< none when nothing could be measured or the load was invalid
  /// Of a leak, or of growth per key; none where nothing grew or the scenario wants no snapshots.
  std::optional<Explanation> explanation;
  LoadSummary load;
  std::int64_t requests_seen = 0;  ///< by the service, of those that the run sent under load
  std::vector<Cycle> cycles;
  std::vector<Sample> samples;
  std::vector<ProcessWarning> process_warnings;
  std::vector<std::string> notes;  ///< sentences the user should read: counts that differ …
};

/// The run record: JSON, versioned, described by reporters/run-record.schema.json. The keys are the
/// names of the fields in camelCase, in a stable order; a number that is not known (NaN, infinite)
/// is null, and bytes that are no UTF-8 become U+FFFD.
std::string render_run_record(const RunReport& report);

/// Reads a run record back. Keys that are absent keep their defaults, unknown ones are passed over:
/// both come from other releases of the same version.
/// Errors: ErrorKind::usage for other files, newer versions and values of the wrong type.
Result<RunReport> parse_run_record(std::string_view json);

}  // namespace leakcheck::model
