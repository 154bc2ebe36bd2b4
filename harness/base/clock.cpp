#include "harness/base/clock.hpp"

namespace leakcheck {

TimePoint SteadyClock::now() const {
  return std::chrono::steady_clock::now();
}

TimePoint FakeClock::now() const {
  return now_;
}

void FakeClock::advance(Duration by) {
  now_ += by;
}

double to_ms(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace leakcheck
