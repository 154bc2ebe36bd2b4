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

model::Latency summarise(const Histogram& histogram);

/// Counts what became of requests, in all and by the name of the step.
class Tally {
 public:
  /// A step's number, by its name: steps of the same name are counted together.
  std::size_t add_step(const std::string& name);
  /// The number of a check on a step's answers: "json $.id".
  std::size_t add_check(std::size_t step, const std::string& name);

  /// Latency is counted for answers, and for waits that we cut short: leaving those out would
  /// make a service that hangs look fast. A refusal is no latency. What the run's time limit cut
  /// short is neither answered nor failed: the service was not late. Nor is what we aborted, as its
  /// step asks.
  /// `problem` is what an answer lacks, by its name in errors ("status 500"); "" for nothing.
  /// Returns whether the request failed.
  bool add(std::size_t step, const Exchange& exchange, std::string_view problem, Duration latency);
  /// A request that could not even be made.
  void add_unsent(std::size_t step, std::string_view failure);
  void add_check_result(std::size_t check, bool held);
  /// An answer set a cookie. Not forgotten by clear().
  void note_cookie(std::size_t step) { steps_[step].sets_cookies = true; }
  std::vector<std::string> steps_that_set_cookies() const;
  void clear();

  /// Holds what was added; the rest is the caller's to fill in.
  model::LoadSummary summary() const;
  const Histogram& latency() const { return latency_; }
  /// Of the requests of one name; null when there is none.
  const Histogram* find_latency(const std::string& step) const;

 private:
  struct Step {
    std::string name;
    std::int64_t requests = 0;
    std::int64_t failed = 0;
    Histogram latency;
    bool sets_cookies = false;
  };

  void count_error(std::string_view kind);

  std::vector<Step> steps_;
  std::vector<model::CheckSummary> checks_;
  std::unordered_map<std::string, std::size_t> step_numbers_;
  std::int64_t answered_ = 0;
  std::int64_t failed_ = 0;
  std::int64_t aborted_ = 0;
  std::map<std::string, std::int64_t, std::less<>> errors_;
  std::map<int, std::int64_t> statuses_;
  Histogram latency_;
};

}  // namespace leakcheck::load
