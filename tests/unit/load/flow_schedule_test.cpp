#include "harness/load/flow_schedule.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <climits>
#include <string>

using leakcheck::load::FlowSchedule;

namespace {

/// The flows of one cycle: "aabac".
std::string cycle_of(FlowSchedule& schedule) {
  schedule.restart();
  std::string out;
  for (std::int64_t i = 0; i < schedule.iterations_per_cycle(); ++i)
    out += static_cast<char>('a' + schedule.next());
  return out;
}

}  // namespace

TEST_CASE("FlowSchedule: each round holds each flow as often as its weight says") {
  FlowSchedule schedule({{7, 1}, {3, 1}, {1, 1}}, 110);
  CHECK(schedule.iterations_per_cycle() == 110);
  const std::string cycle = cycle_of(schedule);
  for (std::size_t round = 0; round < 10; ++round) {
    const std::string part = cycle.substr(11 * round, 11);
    CHECK(part == cycle.substr(0, 11));
    CHECK(std::count(part.begin(), part.end(), 'a') == 7);
    CHECK(std::count(part.begin(), part.end(), 'b') == 3);
    CHECK(std::count(part.begin(), part.end(), 'c') == 1);
  }
}

TEST_CASE("FlowSchedule: flows are spread, not run in bursts") {
  FlowSchedule schedule({{5, 1}, {1, 1}, {1, 1}}, 7);
  CHECK(cycle_of(schedule) == "aabacaa");  // nginx's example
  FlowSchedule equal({{4, 1}, {4, 1}}, 6);
  CHECK(cycle_of(equal) == "ababab");
}

TEST_CASE("FlowSchedule: all cycles are the same, wherever the last one was left") {
  FlowSchedule schedule({{3, 2}, {2, 1}}, 24);
  const std::string first = cycle_of(schedule);
  CHECK(cycle_of(schedule) == first);
  schedule.next();
  schedule.next();
  CHECK(cycle_of(schedule) == first);
}

TEST_CASE("FlowSchedule: a cycle is the fewest whole rounds that hold the requests") {
  struct Case {
    int wanted;
    std::int64_t requests;
    std::int64_t iterations;
  };
  // A round is two of three requests and one of one: seven.
  for (const Case& one : {Case{1, 7, 3}, Case{7, 7, 3}, Case{8, 14, 6}, Case{100, 105, 45}}) {
    FlowSchedule schedule({{2, 3}, {1, 1}}, one.wanted);
    CHECK(schedule.requests_per_cycle() == one.requests);
    CHECK(schedule.iterations_per_cycle() == one.iterations);
  }
}

TEST_CASE("FlowSchedule: weights with a common divisor make no longer rounds") {
  FlowSchedule schedule({{70, 1}, {30, 1}}, 1);
  CHECK(schedule.requests_per_cycle() == 10);
  FlowSchedule one({{1000, 4}}, 10);
  CHECK(one.requests_per_cycle() == 12);
  CHECK(one.iterations_per_cycle() == 3);
}

TEST_CASE("FlowSchedule: degenerate wishes make one round, large weights no overflow") {
  for (const int wanted : {0, -5, INT_MIN}) {
    FlowSchedule schedule({{1, 2}, {1, 1}}, wanted);
    CHECK(schedule.requests_per_cycle() == 3);
    CHECK(cycle_of(schedule) == "ab");
  }
  FlowSchedule large({{INT_MAX, 1000}, {INT_MAX - 1, 1000}}, INT_MAX);
  CHECK(large.requests_per_cycle() == 1000 * (2 * std::int64_t{INT_MAX} - 1));
  CHECK(large.next() == 0);
  CHECK(large.next() == 1);
}

TEST_CASE("FlowSchedule: the seed says where in a round a cycle begins, and changes no count") {
  const std::string round = "aabacaa";
  for (std::uint64_t seed = 0; seed < 15; ++seed) {
    FlowSchedule schedule({{5, 1}, {1, 1}, {1, 1}}, 14, seed);
    const auto begin = static_cast<std::ptrdiff_t>(seed % 7);
    std::string turned = round + round;
    std::rotate(turned.begin(), turned.begin() + begin, turned.end());
    CHECK(cycle_of(schedule) == turned);
    CHECK(cycle_of(schedule) == turned);
  }
}

TEST_CASE("FlowSchedule: a number of iterations is rounded up to whole rounds as well") {
  FlowSchedule schedule({{2, 3}, {1, 1}}, 1);
  schedule.want_iterations(4);
  CHECK(schedule.iterations_per_cycle() == 6);
  CHECK(schedule.requests_per_cycle() == 14);
  schedule.want_iterations(0);
  CHECK(schedule.iterations_per_cycle() == 3);
}
