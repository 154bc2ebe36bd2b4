#include "harness/base/clock.hpp"

#include <doctest/doctest.h>
#include <time.h>

using namespace leakcheck;
using namespace std::chrono_literals;

TEST_CASE("Clock: a fake one moves only when told") {
  FakeClock clock;
  const TimePoint start = clock.now();
  CHECK(clock.now() == start);
  clock.advance(1500ms);
  CHECK(clock.now() - start == 1500ms);
  clock.advance(1ns);
  CHECK(clock.now() - start == 1'500'000'001ns);
}

TEST_CASE("Clock: the real one is CLOCK_MONOTONIC, which timerfd waits for") {
  const SteadyClock steady;
  const Clock& clock = steady;
  const auto monotonic = [] {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  };
  const auto before = monotonic();
  const auto now = clock.now().time_since_epoch();
  const auto after = monotonic();
  CHECK(before <= now);
  CHECK(now <= after);
}

TEST_CASE("Clock: milliseconds keep their parts") {
  CHECK(to_ms(2s) == 2000);
  CHECK(to_ms(250us) == 0.25);
  CHECK(to_ms(-1ms) == -1);
}
