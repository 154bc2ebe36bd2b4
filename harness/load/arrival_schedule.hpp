#pragma once

#include <cstdint>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/model/load_spec.hpp"

namespace leakcheck::load {

/// When the iterations of the open model are meant to start: at an even rate, or one that rises or
/// falls evenly, whatever the service does. Each time is reckoned from the first, so errors never
/// add up.
class ArrivalSchedule {
 public:
  /// An even rate. Units: iterations per second, above 0.
  ArrivalSchedule(TimePoint first, double rate, std::int64_t iterations);
  /// Stretches of the load, one after the other. Iterations that are more than they hold come at
  /// their end, or, when they `repeat`, in the next round. Shape: some rate is above 0.
  ArrivalSchedule(TimePoint first, const std::vector<model::ArrivalPhase>& phases,
                  std::int64_t iterations, bool repeat);

  /// The intended start of iteration `k` (from 0).
  TimePoint intended(std::int64_t k) const;

  bool exhausted() const { return taken_ == iterations_; }
  /// Whether an iteration is due that nobody has taken.
  bool is_due(TimePoint now) const { return !exhausted() && next_ <= now; }
  /// The intended start of the next one that nobody has taken. Shape: not exhausted().
  TimePoint next() const { return next_; }
  /// Takes that one: a virtual user runs it now, or nobody does.
  TimePoint take();
  /// No more than those that were taken.
  void end() { iterations_ = taken_; }

 private:
  struct Stretch {
    double from_ns;  // since the first
    double length_ns;
    double rate;     // iterations per nanosecond at its start
    double ramp_to;  // and at its end
    double before;   // iterations of all earlier stretches
  };

  double ns_of(double k) const;

  TimePoint first_;
  std::vector<Stretch> stretches_;  // empty: the rate is even
  double interval_ns_ = 0;
  double round_ns_ = 0;  // of all stretches
  double round_iterations_ = 0;
  bool repeat_ = false;
  std::int64_t iterations_;
  std::int64_t taken_ = 0;
  TimePoint next_;
};

/// How many iterations the phases hold, as the area below their rate.
double count_arrivals(const std::vector<model::ArrivalPhase>& phases);

}  // namespace leakcheck::load
