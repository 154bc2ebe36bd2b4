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

TEST_CASE(
    "ArrivalSchedule: a rate that rises evenly makes the gaps shorter, and ends where it says") {
  // From 0 to 100 a second within 2 s are 100 iterations; half of the time holds a quarter of them.
  ArrivalSchedule schedule(TimePoint{}, {{2s, 0, 100}}, 100, false);
  CHECK(schedule.intended(0) == TimePoint{});
  CHECK(schedule.intended(1) == TimePoint(200ms));
  CHECK(schedule.intended(25) == TimePoint(1s));
  CHECK(schedule.intended(100) == TimePoint(2s));
  CHECK(schedule.intended(81) == TimePoint(1'800ms));
}

TEST_CASE("ArrivalSchedule: a rate that falls to nothing starts its last iteration in time") {
  const ArrivalSchedule schedule(TimePoint{}, {{2s, 100, 0}}, 100, false);
  CHECK(schedule.intended(75) == TimePoint(1s));
  CHECK(schedule.intended(99) == TimePoint(1'800ms));
  CHECK(schedule.intended(100) == TimePoint(2s));
  CHECK(schedule.intended(1'000) == TimePoint(2s));  // more than it holds come at its end
}

TEST_CASE("ArrivalSchedule: stretches follow each other, and a pause holds none") {
  const std::vector<model::ArrivalPhase> phases = {{1s, 10, 10}, {5s, 0, 0}, {1s, 20, 20}};
  CHECK(load::count_arrivals(phases) == doctest::Approx(30));
  const ArrivalSchedule once(TimePoint{}, phases, 30, false);
  CHECK(once.intended(9) == TimePoint(900ms));
  CHECK(once.intended(10) == TimePoint(6s));
  CHECK(once.intended(29) == TimePoint(6'950ms));
  CHECK(once.intended(30) == TimePoint(7s));
  const ArrivalSchedule repeated(TimePoint{}, phases, 3'000, true);
  CHECK(repeated.intended(30) == TimePoint(7s));
  CHECK(repeated.intended(40) == TimePoint(13s));
  CHECK(repeated.intended(2'999) == TimePoint(7s * 99 + 6'950ms));
}

TEST_CASE("ArrivalSchedule: whoever ends it leaves nothing to take") {
  ArrivalSchedule schedule(TimePoint{}, 10, 100);
  CHECK(schedule.take() == TimePoint{});
  schedule.end();
  CHECK(schedule.exhausted());
  CHECK_FALSE(schedule.is_due(TimePoint(1h)));
}
