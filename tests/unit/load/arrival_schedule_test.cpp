#include "harness/load/arrival_schedule.hpp"

#include <doctest/doctest.h>

using namespace leakcheck;
using load::ArrivalSchedule;
using namespace std::chrono_literals;

TEST_CASE("ArrivalSchedule: iterations are due one interval after the other") {
  const TimePoint first{100s};
  ArrivalSchedule schedule(first, 200, 3);
  CHECK_FALSE(schedule.is_due(first - 1ns));
  CHECK(schedule.is_due(first));
  CHECK(schedule.take() == first);
  CHECK(schedule.next() == first + 5ms);
  CHECK_FALSE(schedule.is_due(first + 5ms - 1ns));
  CHECK(schedule.is_due(first + 5ms));
  CHECK(schedule.take() == first + 5ms);
  CHECK(schedule.take() == first + 10ms);
  CHECK(schedule.exhausted());
  CHECK_FALSE(schedule.is_due(first + 1h));
}

TEST_CASE("ArrivalSchedule: who is late takes the time that was meant, not that at which he took") {
  FakeClock clock;
  ArrivalSchedule schedule(clock.now(), 10, 5);
  clock.advance(10s);
  for (int k = 0; k < 5; ++k) {
    CHECK(schedule.is_due(clock.now()));
    CHECK(schedule.take() == TimePoint(k * 100ms));
  }
}

TEST_CASE("ArrivalSchedule: a rate that divides no second evenly adds up no error") {
  const ArrivalSchedule schedule(TimePoint{}, 3, 1);
  CHECK(schedule.intended(1) == TimePoint(333'333'333ns));
  CHECK(schedule.intended(3) == TimePoint(1s));
  CHECK(schedule.intended(300'000'000) == TimePoint(100'000'000s));
}

TEST_CASE("ArrivalSchedule: rates from one in 100 s to a million a second") {
  CHECK(ArrivalSchedule(TimePoint{}, 0.01, 2).intended(1) == TimePoint(100s));
  CHECK(ArrivalSchedule(TimePoint{}, 1e6, 2).intended(1'000'001) == TimePoint(1'000'001us));
}

TEST_CASE("ArrivalSchedule: none to start is exhausted from the start") {
  const ArrivalSchedule schedule(TimePoint{}, 1, 0);
  CHECK(schedule.exhausted());
  CHECK_FALSE(schedule.is_due(TimePoint(1h)));
}
