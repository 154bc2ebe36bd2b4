#include "harness/load/tally.hpp"

#include <doctest/doctest.h>

using namespace leakcheck;
using load::Tally;
using namespace std::chrono_literals;

TEST_CASE("Tally: answers that are expected, answers that are not, and none") {
  Tally tally;
  const auto step = tally.add_step("GET /");
  CHECK_FALSE(tally.add(step, {200, {}}, true, 1ms));
  CHECK_FALSE(tally.add(step, {404, {}}, true, 2ms));
  CHECK(tally.add(step, {404, {}}, false, 3ms));
  CHECK(tally.add(step, {0, "timeout"}, true, 4ms));  // no answer is never expected
  CHECK(tally.add(step, {0, "connection refused"}, false, 5ms));

  const model::LoadSummary summary = tally.summary();
  CHECK(summary.answered == 3);
  CHECK(summary.failed == 3);
  CHECK(summary.statuses == std::map<int, std::int64_t>{{200, 1}, {404, 2}});
  CHECK(summary.errors == std::map<std::string, std::int64_t>{
                              {"connection refused", 1}, {"status 404", 1}, {"timeout", 1}});
  REQUIRE(summary.steps.size() == 1);
  CHECK(summary.steps[0].requests == 5);
  CHECK(summary.steps[0].failed == 3);
}

TEST_CASE("Tally: waits that we cut short are latency, refusals are not") {
  Tally tally;
  const auto step = tally.add_step("GET /");
  tally.add(step, {200, {}}, true, 10ms);
  tally.add(step, {0, "timeout"}, false, 500ms);
  tally.add(step, {0, "aborted at the time limit"}, false, 700ms);
  tally.add(step, {0, "connection refused"}, false, 1ms);
  tally.add(step, {0, "connection closed"}, false, 900ms);
  CHECK(tally.latency().count() == 3);
  CHECK(tally.latency().min() == 10ms);
  CHECK(tally.latency().max() == 700ms);
  CHECK(tally.summary().latency.max_ms == 700);
  // The time limit is ours: nothing failed for it.
  CHECK(tally.summary().failed == 3);
  CHECK(tally.summary().errors.count("aborted at the time limit") == 0);
  CHECK(tally.summary().steps[0].requests == 5);
  CHECK(tally.summary().steps[0].latency.min_ms == 10);
}

TEST_CASE("Tally: steps are told apart by name, and listed as they were entered") {
  Tally tally;
  const auto b = tally.add_step("b");
  const auto a = tally.add_step("a");
  CHECK(tally.add_step("b") == b);
  tally.add(a, {200, {}}, true, 1ms);
  tally.add(b, {500, {}}, false, 2ms);
  tally.add(b, {200, {}}, true, 2ms);
  const auto steps = tally.summary().steps;
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].name == "b");
  CHECK(steps[0].requests == 2);
  CHECK(steps[0].failed == 1);
  CHECK(steps[0].latency.mean_ms == 2);
  CHECK(steps[1].requests == 1);
}

TEST_CASE("Tally: after clear() the steps are there and their counts are not") {
  Tally tally;
  tally.add(tally.add_step("a"), {500, {}}, false, 1ms);
  tally.clear();
  const auto summary = tally.summary();
  CHECK(summary.answered == 0);
  CHECK(summary.failed == 0);
  CHECK(summary.errors.empty());
  CHECK(summary.statuses.empty());
  CHECK(summary.latency.max_ms == 0);
  REQUIRE(summary.steps.size() == 1);
  CHECK(summary.steps[0].requests == 0);
  CHECK(summary.steps[0].failed == 0);
  CHECK(summary.steps[0].latency.max_ms == 0);
}
