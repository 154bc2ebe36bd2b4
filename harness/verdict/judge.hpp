#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/run_report.hpp"
#include "harness/model/scenario.hpp"
#include "harness/model/verdict.hpp"

namespace leakcheck::verdict {

struct Settings {
  std::vector<model::Budget> budgets;
  int min_cycles = 12;
  int max_cycles = 64;
  model::Mode mode = model::Mode::quiet;
  /// Whether the requests of a cycle differ from those of the one before, so that a replay tells
  /// growth per key from growth per request.
  bool varies = false;
  /// Whether what was confirmed is given time: Phase::settle.
  bool settles = false;
  bool idles = false;  ///< the clock cannot be moved: idling for a while takes its place
  bool bounded_keys = false;
  std::int64_t key_count = 0;
  std::optional<double> request_rate{};         ///< requests per second of the open model
  std::vector<model::VariableUse> variables{};  ///< of the requests so far
};

/// What the series says so far.
struct Decision {
  bool done = false;                          ///< the answer is sure, or no cycles are left
  model::Phase next = model::Phase::measure;  ///< what the next cycle is for
  int times = 1;                              ///< how many cycles it is in one
  double ahead_ms = 0;     ///< settle: how far the clock is to have been moved on by then
  bool replays = false;    ///< settle: whether the latest requests come again, or fresh ones
  int cycles_wanted = 0;   ///< cycles in all until the next decision
  model::Verdict verdict;  ///< quantities, budgets, answer; no thresholds
};

/// Decides from the whole series of cycles after warm-up. A pure function: the same series gives
/// the same decision, and asking in between changes nothing.
/// Shape:  cycles in order, each of as many requests times its `times`.
/// `peaks` holds the highest reading of every quantity, for `max` budgets.
/// `no_more` says that time is up: decide with what is there.
Decision decide(const Settings& settings, const std::vector<model::Cycle>& cycles,
                const model::Memory& peaks, bool no_more);

/// Bytes retained per request at the moment, for the progress line; of heapUsed.
std::optional<double> estimate_running(const std::vector<model::Cycle>& cycles);

/// Latency at a percentile (0 to 100), in milliseconds; `step`: of requests of that name; "": of
/// all.
using PercentileMs = std::function<double(double percentile, const std::string& step)>;

/// Judges the thresholds on what the load saw. `percentile_ms` is LoadEngine's.
std::vector<model::Check> judge_thresholds(const std::vector<model::Threshold>& thresholds,
                                           const model::LoadSummary& load,
                                           const PercentileMs& percentile_ms);

/// The first threshold with abort_on_fail that fails as things are, after its time under load;
/// null when none does.
const model::Threshold* find_abort(const std::vector<model::Threshold>& thresholds,
                                   const model::LoadSummary& load,
                                   const PercentileMs& percentile_ms);

}  // namespace leakcheck::verdict
