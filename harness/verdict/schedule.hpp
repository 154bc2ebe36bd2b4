#pragma once

#include "harness/model/scenario.hpp"

namespace leakcheck::verdict {

/// No rule answers on less: the window then holds six steps.
inline constexpr int kFirstCheckpoint = 12;

/// The last steps that a decision after `cycles` cycles rests on, ceil(cycles / 2): what went
/// before is warm-up that ends by itself.
int window_steps(int cycles);

/// When to decide: after 12, 16, 24, 32, 48, 64, 96, 128 … cycles, none before the scenario's
/// `cycles.min`, and always after `cycles.max`.
class Schedule {
 public:
  Schedule(int min_cycles, int max_cycles);

  int max_cycles() const { return max_; }
  /// Confirming a suspicion may go on so long: 2 max + 8, or 64 if that is more. A suspicion that
  /// comes up as late as at `max` can so be followed over as many requests again.
  int confirm_limit() const;
  bool is_checkpoint(int cycles) const;

 private:
  int min_;
  int max_;
};

/// How far a suspicion is followed, in measured requests since the first cycle.
struct Confirmation {
  /// By then a cache of 5,000 entries that takes one with every request has been flat for a sixth
  /// of the way.
  static constexpr double kLeastRequests = 6000;
  /// For a suspicion that started anew: as far as from 1,200 requests to 6,000.
  static constexpr double kRequestsAnew = 4800;
  static constexpr int kCyclesAnew = 48;
  static constexpr int kInterval = 8;  ///< cycles between two looks

  double wanted_requests = 0;  ///< when a leak can be confirmed
  double enough_requests = 0;  ///< the same when the run cannot go on

  /// Four times the requests that raised the suspicion (twice is enough), and 6,000 at least.
  static Confirmation of_first(double requests);
  /// A suspicion that slowed down has been followed before; it goes on for 4,800 requests and 48
  /// cycles, and has to be more even for that.
  static Confirmation of_anew(double requests, double requests_a_cycle);
};

}  // namespace leakcheck::verdict
