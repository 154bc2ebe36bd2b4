#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  bool used_up = false;    ///< the rows of a payload that must be unique; the cycle is not whole
};

/// Where a load stands: with the scenario's seed it says what every request from here on holds.
struct Position {
  std::int64_t iteration = 0;
  std::int64_t sequence = 0;
};

/// Where the target is, and how it is reached.
struct Endpoint {
  std::string base_url;               ///< without a trailing slash
  std::filesystem::path socket_path;  ///< unix socket; empty: TCP
  model::Tls tls;
  bool full_path_only = false;  ///< for comparison: nothing takes the fast path
};

/// Drives HTTP at the target: an exact number of requests per cycle, then silence.
/// Thread: the loop's.
class LoadEngine {
 public:
  /// Errors: ErrorKind::load.
  static Result<std::unique_ptr<LoadEngine>> create(const model::LoadSpec& spec,
                                                    const std::optional<model::Payload>& payload,
                                                    const Endpoint& endpoint, EventLoop& loop);
  virtual ~LoadEngine() = default;

  /// Requests in one cycle: `cycles.requests` rounded up to whole rounds of the flows' weights, so
  /// that every cycle holds the same mix.
  virtual int requests_per_cycle() const = 0;

  /// Starts a cycle and calls back when the last request is answered (none is in flight then).
  /// `times`: as many cycles in one.
  virtual void start_cycle(Duration time_limit, std::function<void(CycleOutcome)> done,
                           int times = 1) = 0;
  /// The cycle that began there once more: the same requests, byte for byte, but for what the
  /// service gave (captures, cookies). The next start_cycle() goes on where this one found the
  /// load. Not in the summary.
  virtual void replay_cycle(Position from, Duration time_limit,
                            std::function<void(CycleOutcome)> done, int times = 1) = 0;
  /// Whether a cycle's requests differ from those of the one before.
  virtual bool varies() const = 0;
  /// Where the next cycle begins, in place of {0, 0}: for an engine that takes over from another.
  virtual void go_on_from(Position position) = 0;
  /// Begins iterations for so long, in place of a number of them, and waits for their answers.
  virtual void run_for(Duration time, std::function<void(CycleOutcome)> done) = 0;
  virtual Position position() const = 0;

  /// Runs the setup before the first cycle, and the teardown after the last: outside the summary.
  /// The text is what failed, empty when nothing did.
  virtual void set_up(Duration time_limit, std::function<void(std::string)> done) = 0;
  virtual void tear_down(Duration time_limit, std::function<void(std::string)> done) = 0;

  /// Ends the running cycle at once: in-flight requests are closed; its callback is not called.
  virtual void abort() = 0;
  /// Requests sent so far, the running cycle included.
  virtual std::int64_t sent() const = 0;
  /// Of these, WebSocket upgrades, which an http.Server does not count among its requests.
  virtual std::int64_t upgrades() const = 0;

  /// Names of the steps whose answers have set a cookie so far, those of the setup first; none when
  /// the load keeps no cookies.
  virtual std::vector<std::string> steps_that_set_cookies() const = 0;

  /// Forgets what summary() has counted (the end of warm-up). Sequences go on.
  virtual void reset_summary() = 0;
  virtual model::LoadSummary summary() const = 0;
  /// What the user should know of the load as it was, in sentences: a payload that was used up.
  virtual std::vector<std::string> notes() const = 0;
  /// Latency at a percentile (0 to 100) of all requests since reset_summary(), in milliseconds.
  /// `step`: only of requests of that name; "": of all.
  virtual double latency_percentile_ms(double percentile, const std::string& step) const = 0;
};

}  // namespace leakcheck::load
