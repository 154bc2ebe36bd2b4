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
  static constexpr int kInterval = 8;    ///< cycles between two looks
  static constexpr int kReplayLook = 6;  ///< the first look at a replay, which stops per-key growth

  double wanted_requests = 0;  ///< when a leak can be confirmed
  double enough_requests = 0;  ///< the same when the run cannot go on

  /// Four times the requests that raised the suspicion (twice is enough), and 6,000 at least.
  static Confirmation of_first(double requests);
  /// A suspicion that slowed down has been followed before; it goes on for 4,800 requests and 48
  /// cycles, and has to be more even for that.
  static Confirmation of_anew(double requests, double requests_a_cycle);
};

/// Growth that comes seldom: cycles of five times the requests, so many at most.
struct Sporadic {
  static constexpr int kTimes = 5;
  static constexpr int kMostSteps = 48;
  static constexpr int kMostReplaySteps = 24;
  static constexpr int kFewestCyclesAllowed = 48;  ///< a shorter run is one that has to be short
};

/// Growth per key, followed with fresh keys.
struct Exploration {
  /// By then a cache of 20,000 entries that takes one with every request has been flat for long.
  static constexpr double kMostRequests = 30'000;
  static constexpr double kFewKeys = 1'000;  ///< with fewer, how many have one is not known
  static constexpr double kMostTimes = 10;
  static constexpr double kSlack = 0.95;
  static constexpr double kMoreRequests = 6'000;  ///< for what neither grows nor stands still
  static constexpr int kFewCycles = 14;           ///< as they are; from then on longer ones
  static constexpr int kTimes = 5;
};

/// Idle time, by the service's own clock: what it gives back had a time to live.
struct Settling {
  /// Units: milliseconds since it began, but for moves that check a claim. Past an hour it would
  /// not help a service.
  static constexpr double kAheadMs[] = {1'000, 10'000, 60'000, 600'000, 3'600'000};
  static constexpr int kMoves = 5;
  static constexpr double kIdleMs = 3'000;  ///< the only one where the clock cannot be moved
  static constexpr int kCheckCycles = 12;   ///< before what came back has to come back again
};

}  // namespace leakcheck::verdict
