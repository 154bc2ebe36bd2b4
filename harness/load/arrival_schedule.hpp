#pragma once

#include <cstdint>

#include "harness/base/clock.hpp"

namespace leakcheck::load {

/// When the iterations of one cycle are meant to start in the open model: at an even rate,
/// whatever the service does. Each time is reckoned from the first, so errors never add up.
class ArrivalSchedule {
 public:
  /// Units: iterations per second, above 0.
  ArrivalSchedule(TimePoint first, double rate, std::int64_t iterations);

  /// The intended start of iteration `k` (from 0).
  TimePoint intended(std::int64_t k) const;

  bool exhausted() const { return taken_ == iterations_; }
  /// Whether an iteration is due that nobody has taken.
  bool is_due(TimePoint now) const { return !exhausted() && intended(taken_) <= now; }
  /// The intended start of the next one that nobody has taken. Shape: not exhausted().
  TimePoint next() const { return intended(taken_); }
  /// Takes that one: a virtual user runs it now.
  TimePoint take() { return intended(taken_++); }

 private:
  TimePoint first_;
  double interval_ns_;
  std::int64_t iterations_;
  std::int64_t taken_ = 0;
};

}  // namespace leakcheck::load
