#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/verdict/series_of.hpp"

using namespace leakcheck;
using namespace leakcheck::tests;
using model::Budget;
using model::CheckState;
using model::Quantity;

namespace {

model::Check judge(const Budget& budget, const std::vector<model::Cycle>& cycles,
                   const model::Memory& peaks = {}) {
  verdict::Settings settings;
  settings.budgets = {budget};
  return verdict::decide(settings, cycles, peaks, true).verdict.budgets.at(0);
}

Budget growth(double percent, Quantity quantity = Quantity::heap_used) {
  return {quantity, Budget::Kind::growth_percent, percent, ""};
}

Budget per_request(double bytes, Quantity quantity = Quantity::heap_used) {
  return {quantity, Budget::Kind::per_request, bytes, ""};
}

}  // namespace

TEST_SUITE("Budgets") {
  TEST_CASE("Budgets: each has a name of its own, in the scenario's order") {
    verdict::Settings settings;
    settings.budgets = {growth(15),
                        per_request(64),
                        {Quantity::rss, Budget::Kind::max, 1e9, ""},
                        per_request(64, Quantity::external)};
    const auto checks = verdict::decide(settings, leaking(12, 0), {}, false).verdict.budgets;
    REQUIRE(checks.size() == 4);
    CHECK(checks[0].name == "heapUsed growth");
    CHECK(checks[1].name == "heapUsed per request");
    CHECK(checks[2].name == "rss max");
    CHECK(checks[3].name == "external per request");
  }

  TEST_CASE("Budgets: bytes per request pass when clean, fail on a leak, else are not known") {
    const auto clean = judge(per_request(64), leaking(12, 0));
    CHECK(clean.state == CheckState::passed);
    CHECK(clean.limit == "64 B per request");
    CHECK(clean.measured == "0 B per request");
    const auto leak = judge(per_request(64), leaking(60, 72));
    CHECK(leak.state == CheckState::failed);
    CHECK(leak.message ==
          "the JS heap grows by 72 B per request, more than its budget of 64 B per "
          "request");
    const auto unknown = judge(per_request(64), leaking(20, 72));
    CHECK(unknown.state == CheckState::inconclusive);
    CHECK(unknown.message.find("6,000 are needed") != std::string::npos);
    CHECK(judge(per_request(64), leaking(5, 0)).state == CheckState::inconclusive);
  }

  TEST_CASE("Budgets: of two for one quantity the strictest is what a leak is") {
    verdict::Settings settings;
    settings.budgets = {per_request(256), per_request(64)};
    const auto verdict = verdict::decide(settings, leaking(60, 100), {}, true).verdict;
    CHECK(verdict.answer == model::Answer::leak);
    CHECK(verdict.budgets[0].state == CheckState::passed);
    CHECK(verdict.budgets[1].state == CheckState::failed);
  }

  TEST_CASE("Budgets: growth in percent fails as soon as it is over") {
    // 500 B a request from 5.08 MB at the start of the window, over 55 cycles of 100 requests.
    const auto leak = judge(growth(15), leaking(60, 500));
    CHECK(leak.state == CheckState::failed);
    CHECK(leak.limit == "15 %");
    CHECK(leak.message.find("more than its budget of 15 %") != std::string::npos);
    CHECK(judge(growth(1), leaking(20, 500)).state == CheckState::failed);
  }

  TEST_CASE("Budgets: growth in percent passes for what is clean or bounded") {
    CHECK(judge(growth(15), leaking(12, 0)).state == CheckState::passed);
    CHECK(judge(growth(15), leaking(12, 0)).measured == "0.0 %");
    const auto cache = series_of(28, [](double n) { return 300 * std::min(n, 1500.0); });
    CHECK(judge(growth(15), cache).state == CheckState::passed);
    CHECK(judge(growth(2), cache).state == CheckState::failed);
    CHECK(judge(growth(15), leaking(12, -100)).state == CheckState::passed);
  }

  TEST_CASE("Budgets: a leak below its percentage is told when it will cross") {
    const auto check = judge(growth(15), leaking(60, 64));
    CHECK(check.state == CheckState::inconclusive);
    // Levels: 5,044,800 (median of cycles 6, 7, 8) to 5,377,600; 15 % are 756,720, so 423,920 left.
    CHECK(check.measured == "6.6 %");
    CHECK(check.message.find("crosses its budget of 15 % after about 6,624 more requests") !=
          std::string::npos);
  }

  TEST_CASE("Budgets: growth in percent of too short a run is not known") {
    const auto check = judge(growth(15), leaking(5, 0));
    CHECK(check.state == CheckState::inconclusive);
    CHECK(check.message.find("only 5 cycles were measured") != std::string::npos);
  }

  TEST_CASE("Budgets: growth from nothing has no percentage") {
    auto cycles = leaking(12, 0);
    for (auto& cycle : cycles) cycle.post_gc.array_buffers = Bytes{cycle.index > 9 ? 100 : 0};
    const auto check = judge(growth(15, Quantity::array_buffers), cycles);
    CHECK(check.state == CheckState::inconclusive);
    CHECK(check.message.find("perRequest or max") != std::string::npos);
    for (auto& cycle : cycles) cycle.post_gc.array_buffers = Bytes{0};
    CHECK(judge(growth(15, Quantity::array_buffers), cycles).state == CheckState::passed);
  }

  TEST_CASE("Budgets: the highest reading is held against max") {
    const Budget max{Quantity::rss, Budget::Kind::max, 320.0 * 1024 * 1024, "320MB"};
    model::Memory peaks;
    CHECK(judge(max, leaking(12, 0), peaks).state == CheckState::inconclusive);
    peaks.rss = Bytes{320 * 1024 * 1024};
    CHECK(judge(max, leaking(12, 0), peaks).state == CheckState::passed);
    peaks.rss = Bytes{321 * 1024 * 1024};
    const auto over = judge(max, leaking(12, 0), peaks);
    CHECK(over.state == CheckState::failed);
    CHECK(over.message ==
          "the resident set (rss) reached 321.0 MB, more than its budget of 320.0 MB");
  }

  TEST_CASE("Budgets: rss per request is measured, but makes no leak and holds nothing up") {
    auto cycles = leaking(12, 0);
    for (auto& cycle : cycles) cycle.post_gc.rss = Bytes{60'000'000 + 300 * cycle.requests_total};
    verdict::Settings settings;
    settings.budgets = {per_request(256, Quantity::rss)};
    const auto decision = verdict::decide(settings, cycles, {}, false);
    CHECK(decision.done);
    CHECK(decision.verdict.answer == model::Answer::clean);
    CHECK(decision.verdict.budgets.at(0).state == CheckState::failed);
    CHECK(judge(per_request(512, Quantity::rss), cycles).state == CheckState::passed);
  }
}
