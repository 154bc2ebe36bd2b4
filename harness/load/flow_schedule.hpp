#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace leakcheck::load {

/// In which order flows run. A round runs each flow as often as its weight says (weights divided
/// by their greatest common divisor), and a cycle is a whole number of rounds, so that all cycles
/// hold the same requests in the same order.
/// Source: smooth weighted round-robin, as in nginx: no flow runs in bursts.
class FlowSchedule {
 public:
  /// One flow: how often it runs against the others, and what one run of it sends.
  struct Share {
    int weight = 1;
    int requests = 1;
  };

  /// Shape: at least one share; weights and requests at least 1.
  /// `wanted` requests per cycle are rounded up to whole rounds. The seed says with which flow of a
  /// round a cycle begins; the order of the round stays.
  FlowSchedule(std::vector<Share> shares, std::int64_t wanted, std::uint64_t seed = 0);

  /// The same for a number of iterations.
  void want_iterations(std::int64_t iterations);

  std::int64_t iterations_per_cycle() const { return iterations_per_cycle_; }
  std::int64_t requests_per_cycle() const { return requests_per_cycle_; }

  /// Starts a cycle: the order begins anew.
  void restart();
  /// The flow that runs next. Cost: O(flows).
  std::size_t next();

 private:
  std::vector<Share> shares_;         // weights reduced
  std::vector<std::int64_t> credit_;  // of each flow; the richest runs
  std::vector<std::int64_t> first_;   // the same where a cycle begins
  std::int64_t weights_ = 0;          // their sum: iterations in a round
  std::int64_t requests_per_round_ = 0;
  std::int64_t iterations_per_cycle_ = 0;
  std::int64_t requests_per_cycle_ = 0;
};

}  // namespace leakcheck::load
