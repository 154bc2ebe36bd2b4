#include "harness/load/tally.hpp"

#include <doctest/doctest.h>

using namespace leakcheck;
using load::Exchange;
using load::Tally;
using namespace std::chrono_literals;

TEST_CASE("Tally: answers that are expected, answers that are not, and none") {
  Tally tally;
  const auto step = tally.add_step("GET /");
  CHECK_FALSE(tally.add(step, {200, {}}, "", 1ms));
  CHECK_FALSE(tally.add(step, {404, {}}, "", 2ms));
  CHECK(tally.add(step, {404, {}}, "status 404", 3ms));
  CHECK(tally.add(step, {0, "timeout"}, "", 4ms));  // no answer is never expected
  CHECK(tally.add(step, {0, "connection refused"}, "", 5ms));

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
  tally.add(step, {200, {}}, "", 10ms);
  tally.add(step, {0, "timeout"}, "", 500ms);
  tally.add(step, {0, "aborted at the time limit"}, "", 700ms);
  tally.add(step, {0, "connection refused"}, "", 1ms);
  tally.add(step, {0, "connection closed"}, "", 900ms);
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
  tally.add(a, {200, {}}, "", 1ms);
  tally.add(b, {500, {}}, "status 500", 2ms);
  tally.add(b, {200, {}}, "", 2ms);
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
  tally.add(tally.add_step("a"), {500, {}}, "status 500", 1ms);
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

TEST_CASE("Tally: what we aborted is neither answered nor failed, nor latency") {
  Tally tally;
  const auto step = tally.add_step("GET /report");
  Exchange aborted;
  aborted.aborted = true;
  CHECK_FALSE(tally.add(step, aborted, "", 20ms));
  tally.add(step, {200, {}}, "", 5ms);
  const model::LoadSummary summary = tally.summary();
  CHECK(summary.aborted == 1);
  CHECK(summary.answered == 1);
  CHECK(summary.failed == 0);
  CHECK(summary.latency.max_ms == 5);
  CHECK(summary.steps[0].requests == 2);
}

TEST_CASE("Tally: a request that could not be made has failed under its step, without latency") {
  Tally tally;
  const auto step = tally.add_step("DELETE /orders/:id");
  tally.add_unsent(step, "no value for id");
  CHECK(tally.summary().failed == 1);
  CHECK(tally.summary().errors == std::map<std::string, std::int64_t>{{"no value for id", 1}});
  CHECK(tally.summary().steps[0].failed == 1);
  CHECK(tally.latency().count() == 0);
}

TEST_CASE("Tally: checks are counted by step and name, from the last clear() on") {
  Tally tally;
  const auto step = tally.add_step("GET /");
  const auto json = tally.add_check(step, "json $.id");
  const auto size = tally.add_check(step, "body size");
  tally.add_check_result(json, true);
  tally.clear();
  tally.add_check_result(json, false);
  tally.add_check_result(size, true);
  tally.add_check_result(size, true);
  const auto checks = tally.summary().checks;
  REQUIRE(checks.size() == 2);
  CHECK(checks[0].name == "GET /: json $.id");
  CHECK(checks[0].passed == 0);
  CHECK(checks[0].failed == 1);
  CHECK(checks[1].passed == 2);
}

TEST_CASE("Tally: latency is to be had of the requests of one name") {
  Tally tally;
  tally.add(tally.add_step("a"), {200, {}}, "", 1ms);
  tally.add(tally.add_step("b"), {200, {}}, "", 9ms);
  CHECK(tally.find_latency("b")->min() == 9ms);
  CHECK(tally.find_latency("c") == nullptr);
}
