#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "harness/base/event_loop.hpp"
#include "harness/base/result.hpp"
#include "harness/model/run_report.hpp"
#include "harness/model/scenario.hpp"

namespace leakcheck::load {

/// What one cycle did.
struct CycleOutcome {
  std::int64_t sent = 0;
  std::int64_t answered = 0;
  std::int64_t failed = 0;
  Duration took{};         ///< first request to last answer
  bool timed_out = false;  ///< the time limit came first; requests in flight were aborted
};

/// Drives HTTP at the target: an exact number of requests per cycle, then silence.
/// Thread: the loop's.
class LoadEngine {
 public:
  /// `base_url` without a trailing slash. Errors: ErrorKind::load.
  static Result<std::unique_ptr<LoadEngine>> create(const model::LoadSpec& spec,
                                                    const std::optional<model::Payload>& payload,
                                                    const std::string& base_url, EventLoop& loop);
  virtual ~LoadEngine() = default;

  /// Requests in one cycle: `cycles.requests` rounded up to whole rounds of the flows' weights, so
  /// that every cycle holds the same mix.
  virtual int requests_per_cycle() const = 0;

  /// Starts a cycle and calls back when the last request is answered (none is in flight then).
  virtual void start_cycle(Duration time_limit, std::function<void(CycleOutcome)> done) = 0;
  /// Ends the running cycle at once: in-flight requests are closed; its callback is not called.
  virtual void abort() = 0;
  /// Requests sent so far, the running cycle included.
  virtual std::int64_t sent() const = 0;

  /// Forgets what summary() has counted (the end of warm-up). Sequences go on.
  virtual void reset_summary() = 0;
  virtual model::LoadSummary summary() const = 0;
  /// Latency at a percentile (0 to 100) of all requests since reset_summary(), in milliseconds.
  virtual double latency_percentile_ms(double percentile) const = 0;
};

}  // namespace leakcheck::load
