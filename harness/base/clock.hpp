#pragma once

#include <chrono>

namespace leakcheck {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::steady_clock::time_point;

/// Where the time comes from: a constructor argument, so that a test steps it and never sleeps.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
};

class SteadyClock final : public Clock {
 public:
  TimePoint now() const override;
};

/// Time that moves only when told.
class FakeClock final : public Clock {
 public:
  TimePoint now() const override;
  void advance(Duration by);

 private:
  TimePoint now_{};
};

/// Milliseconds as JSON and people have them.
double to_ms(Duration duration);

}  // namespace leakcheck
