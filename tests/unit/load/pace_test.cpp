#include "harness/load/pace.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace leakcheck;
using namespace std::chrono_literals;
using load::Pace;

TEST_CASE("Pace: without a rate all may go at once") {
  const Pace pace;
  CHECK_FALSE(pace.is_limited());
  CHECK(pace.allowed({}) == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("Pace: bytes go at the rate, the first slice at once") {
  const TimePoint start = TimePoint() + 5s;
  const Pace pace(1'000, start);
  CHECK(pace.allowed(start) == 10);
  CHECK(pace.allowed(start + 90ms) == 100);
  CHECK(pace.allowed(start + 990ms) == 1'000);
}

TEST_CASE("Pace: slices are never shorter than 10 ms, however fast") {
  const TimePoint start;
  const Pace pace(1'000'000, start);
  CHECK(pace.next(10'000, start) == start + 10ms);
  CHECK(pace.next(0, start + 50ms) == start + 60ms);
}

TEST_CASE("Pace: a slow one waits for its next byte, and then has it") {
  const TimePoint start;
  const Pace pace(4, start);
  CHECK(pace.allowed(start) == 1);
  std::int64_t gone = 0;
  TimePoint now = start;
  for (int byte = 0; byte < 20; ++byte) {
    const std::int64_t allowed = pace.allowed(now);
    CHECK(allowed == gone + 1);
    gone = allowed;
    now = pace.next(gone, now);
  }
  CHECK(now - start > 5'200ms);
  CHECK(now - start < 5'300ms);
}
