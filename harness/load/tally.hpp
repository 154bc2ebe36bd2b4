#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/load/exchange.hpp"
#include "harness/load/histogram.hpp"
#include "harness/model/run_report.hpp"

namespace leakcheck::load {

/// Counts what became of requests, in all and by the name of the step.
class Tally {
 public:
  /// A step's number, by its name: steps of the same name are counted together.
  std::size_t add_step(const std::string& name);

  /// Latency is counted for answers, and for waits that we cut short: leaving those out would
  /// make a service that hangs look fast. A refusal is no latency. What the run's time limit cut
  /// short is neither answered nor failed: the service was not late.
  /// Returns whether the request failed.
  bool add(std::size_t step, const Exchange& exchange, bool expected, Duration latency);
  void clear();

  /// `sent` and `busy_ms` are left for the caller to fill in.
  model::LoadSummary summary() const;
  const Histogram& latency() const { return latency_; }

 private:
  struct Step {
    std::string name;
    std::int64_t requests = 0;
    std::int64_t failed = 0;
    Histogram latency;
  };

  std::vector<Step> steps_;
  std::unordered_map<std::string, std::size_t> step_numbers_;
  std::int64_t answered_ = 0;
  std::int64_t failed_ = 0;
  std::map<std::string, std::int64_t, std::less<>> errors_;
  std::map<int, std::int64_t> statuses_;
  Histogram latency_;
};

}  // namespace leakcheck::load
