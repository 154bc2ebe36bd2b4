#include "harness/verdict/judge.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "tests/unit/verdict/series_of.hpp"

using namespace leakcheck;
using namespace leakcheck::tests;
using model::Answer;
using model::Phase;
using model::Rule;

TEST_SUITE("Judge") {
  TEST_CASE("Judge: with nothing measured it asks for twelve cycles") {
    const auto decision = decide({});
    CHECK_FALSE(decision.done);
    CHECK(decision.next == Phase::measure);
    CHECK(decision.cycles_wanted == 12);
    CHECK(decision.verdict.quantities.size() == 3);
  }

  TEST_CASE("Judge: a flat series is clean after twelve cycles, to 64 bytes in six cycles") {
    CHECK_FALSE(decide(leaking(11, 0)).done);
    const auto decision = decide(leaking(12, 0));
    CHECK(decision.done);
    CHECK(decision.cycles_wanted == 12);
    CHECK(decision.verdict.answer == Answer::clean);
    CHECK_FALSE(decision.verdict.culprit.has_value());
    CHECK(heap_of(decision).rule == Rule::clean);
    CHECK(heap_of(decision).smallest_leak == doctest::Approx(3.3 * 64 / 600));
    CHECK(heap_of(decision).growth.high == doctest::Approx(3.3 * 64 / 600));
    CHECK(heap_of(decision).growth.deltas == 6);
    CHECK(heap_of(decision).growth.requests == 600);
    CHECK(heap_of(decision).budget_per_request == 4);
    CHECK(decision.verdict.reason ==
          "no memory is kept per request: anything above 0.35 B per request would have been seen");
  }

  TEST_CASE("Judge: growth is a suspicion after 1,200 requests and a leak after 6,000") {
    const auto suspicion = decide(leaking(12, 64));
    CHECK_FALSE(suspicion.done);
    CHECK(suspicion.next == Phase::confirm);
    CHECK(suspicion.cycles_wanted == 16);
    CHECK(suspicion.verdict.answer == Answer::inconclusive);
    CHECK(heap_of(suspicion).rule == Rule::linear);

    CHECK_FALSE(decide(leaking(59, 64)).done);
    const auto leak = decide(leaking(60, 64));
    CHECK(leak.done);
    CHECK(leak.verdict.answer == Answer::leak);
    CHECK(leak.verdict.culprit == model::Quantity::heap_used);
    CHECK(heap_of(leak).rule == Rule::linear);
    CHECK(heap_of(leak).growth.bytes_per_request == doctest::Approx(64));
    CHECK(heap_of(leak).growth.low == doctest::Approx(64 - 3.3 * 1.36 * 64 / std::sqrt(48) / 100));
    CHECK(heap_of(leak).growth.deltas == 48);
    CHECK(heap_of(leak).growth.requests == 4800);
    CHECK(heap_of(leak).growth.confidence == 0.999);
    CHECK(leak.verdict.quantities.at(1).answer == Answer::clean);
    CHECK(leak.verdict.reason ==
          "the JS heap keeps 64 B for every request (interval 63.59 B to 64.41 B), over 4,800 "
          "requests");
  }

  TEST_CASE("Judge: asking in between changes nothing") {
    for (const double leak : {0.0, 6.4, 64.0}) {
      int asked = 0;
      for (int count = 1; count <= 60; ++count) {
        const auto decision = decide(leaking(count, leak));
        if (!decision.done) CHECK(decision.cycles_wanted > count);
        if (decision.done) {
          asked = count;
          break;
        }
      }
      CHECK(asked == (leak > 0 ? 60 : 12));
    }
  }

  TEST_CASE("Judge: the final answer is the one that ended the run") {
    for (const auto& cycles : {leaking(12, 0), leaking(60, 64)}) {
      const auto once = decide(cycles);
      const auto again = decide(cycles, {}, true);
      CHECK(once.done);
      CHECK(again.verdict.answer == once.verdict.answer);
      CHECK(again.verdict.reason == once.verdict.reason);
    }
  }

  TEST_CASE("Judge: cycles of the warm-up are not looked at") {
    auto cycles = leaking(15, 0);
    for (int k = 0; k < 4; ++k) {
      cycles[static_cast<std::size_t>(k)].phase = Phase::warmup;
      cycles[static_cast<std::size_t>(k)].post_gc.heap_used = Bytes{k * 1'000'000};
    }
    CHECK_FALSE(decide(cycles).done);
    CHECK(decide(cycles).cycles_wanted == 12);
    cycles.push_back(cycles.back());
    CHECK(decide(cycles).verdict.answer == Answer::clean);
  }

  TEST_CASE("Judge: a run that ends after five cycles is never clean") {
    const auto decision = decide(leaking(5, 0), {}, true);
    CHECK(decision.done);
    CHECK(decision.verdict.answer == Answer::inconclusive);
    CHECK(decision.verdict.reason ==
          "only 5 cycles were measured, and an answer takes at least 12: give the run more time "
          "(load.max)");
    CHECK(decide(leaking(11, 0), {}, true).verdict.answer == Answer::inconclusive);
    CHECK(decide(leaking(13, 0), {}, true).verdict.answer == Answer::clean);
  }

  TEST_CASE("Judge: no cycle, one and two are inconclusive, without nonsense in the numbers") {
    for (const int count : {0, 1, 2}) {
      const auto decision = decide(leaking(count, 1000), {}, true);
      CHECK(decision.done);
      CHECK(decision.verdict.answer == Answer::inconclusive);
      CHECK(std::isfinite(heap_of(decision).smallest_leak));
      CHECK(std::isfinite(heap_of(decision).growth.high));
      CHECK(heap_of(decision).growth.deltas == (count == 2 ? 1 : 0));
    }
    CHECK(decide(leaking(1, 0), {}, true).verdict.reason.rfind("only 1 cycle was measured", 0) ==
          0);
  }

  TEST_CASE("Judge: a suspicion that time did not let confirm is inconclusive and says so") {
    const auto decision = decide(leaking(40, 64), {}, true);
    CHECK(decision.verdict.answer == Answer::inconclusive);
    CHECK(heap_of(decision).growth.bytes_per_request == doctest::Approx(64));
    CHECK(decision.verdict.reason ==
          "the JS heap grows by 64 B per request, but 4,000 requests are too few to tell a leak "
          "from a cache that fills: 6,000 are needed; give the run more time (load.max)");
  }

  TEST_CASE("Judge: confirming may go past cycles.max, to 64 cycles or twice the maximum and 8") {
    verdict::Settings settings;
    settings.max_cycles = 12;
    CHECK_FALSE(decide(leaking(12, 64, 200), settings).done);
    CHECK_FALSE(decide(leaking(47, 64, 200), settings).done);
    CHECK(decide(leaking(48, 64, 200), settings).verdict.answer == Answer::leak);

    CHECK_FALSE(decide(leaking(63, 64, 50), settings).done);
    const auto too_few = decide(leaking(64, 64, 50), settings);
    CHECK(too_few.done);
    CHECK(too_few.verdict.answer == Answer::inconclusive);
    CHECK(too_few.verdict.reason.find("3,200 requests are too few") != std::string::npos);
    CHECK(too_few.verdict.reason.find("load.cycles.requests") != std::string::npos);
  }

  TEST_CASE("Judge: twice the requests are enough for a leak when no cycles are left") {
    verdict::Settings settings;
    settings.max_cycles = 40;
    settings.min_cycles = 40;
    CHECK_FALSE(decide(leaking(40, 64, 1000), settings).done);
    CHECK_FALSE(decide(leaking(87, 64, 1000), settings).done);
    const auto decision = decide(leaking(88, 64, 1000), settings);
    CHECK(decision.done);
    CHECK(decision.verdict.answer == Answer::leak);
  }

  TEST_CASE("Judge: decisions fall on the checkpoints, from cycles.min to cycles.max") {
    const auto wanted_after = [](int count, int min, int max) {
      verdict::Settings settings;
      settings.min_cycles = min;
      settings.max_cycles = max;
      // Steps that alternate widely decide nothing.
      int sign = 1;
      const auto cycles = series_of(count, [&](double) { return 50'000.0 * (sign = -sign); });
      return decide(cycles, settings).cycles_wanted;
    };
    CHECK(wanted_after(0, 6, 64) == 12);
    CHECK(wanted_after(12, 6, 64) == 16);
    CHECK(wanted_after(16, 6, 64) == 24);
    CHECK(wanted_after(24, 6, 64) == 32);
    CHECK(wanted_after(0, 20, 64) == 24);
    CHECK(wanted_after(12, 6, 14) == 14);
    CHECK(wanted_after(24, 6, 30) == 30);
    CHECK(wanted_after(0, 12, 8) == 8);
  }

  TEST_CASE("Judge: fewer than twelve cycles allowed can only be inconclusive") {
    verdict::Settings settings;
    settings.min_cycles = 6;
    settings.max_cycles = 8;
    const auto decision = decide(leaking(8, 0), settings);
    CHECK(decision.done);
    CHECK(decision.verdict.answer == Answer::inconclusive);
    CHECK(decision.verdict.reason ==
          "only 8 cycles were measured, and an answer takes at least 12: allow more cycles "
          "(load.cycles.max, now 8)");
  }

  TEST_CASE("Judge: a heap that shrinks is clean, and its smallest leak is not negative") {
    const auto decision = decide(leaking(12, -30));
    CHECK(decision.verdict.answer == Answer::clean);
    CHECK(heap_of(decision).smallest_leak == doctest::Approx(0.352));
  }

  TEST_CASE("Judge: the budget of a quantity takes the place of the default") {
    verdict::Settings settings;
    settings.budgets = {
        {model::Quantity::heap_used, model::Budget::Kind::per_request, 128, "128B"}};
    const auto decision = decide(leaking(12, 64), settings);
    CHECK(decision.verdict.answer == Answer::clean);
    CHECK(decision.verdict.reason ==
          "the JS heap keeps 64 B for every request, within its budget of 128 B");
    CHECK(heap_of(decision).budget_per_request == 128);
  }

  TEST_CASE("Judge: native mode takes 64 bytes per request for none") {
    verdict::Settings settings;
    settings.mode = model::Mode::native;
    CHECK(decide(leaking(12, 50), settings).verdict.answer == Answer::clean);
    CHECK(decide(leaking(60, 100), settings).verdict.answer == Answer::leak);
  }

  TEST_CASE("Judge: cycles of different length are judged per request") {
    std::vector<model::Cycle> cycles;
    std::int64_t served = 0;
    for (int k = 0; k < 60; ++k) {
      auto cycle = leaking(1, 0).front();
      cycle.requests = k % 2 == 0 ? 50 : 150;
      served += cycle.requests;
      cycle.post_gc.heap_used = Bytes{5'000'000 + 64 * served};
      cycles.push_back(cycle);
    }
    const auto decision = decide(cycles);
    CHECK(decision.verdict.answer == Answer::leak);
    CHECK(heap_of(decision).growth.bytes_per_request == doctest::Approx(64));
  }

  TEST_CASE("Judge: a cycle without requests is left out") {
    auto cycles = leaking(13, 0);
    cycles[5].requests = 0;
    cycles[5].post_gc.heap_used = Bytes{90'000'000};
    const auto decision = decide(cycles);
    CHECK(decision.verdict.answer == Answer::clean);
    CHECK(std::isfinite(heap_of(decision).smallest_leak));
  }

  TEST_CASE("Judge: sums over more processes than before are not growth") {
    auto cycles = leaking(16, 0);
    for (std::size_t k = 4; k < cycles.size(); ++k) {
      cycles[k].processes = 2;
      cycles[k].post_gc.heap_used = Bytes{10'000'000};
    }
    CHECK(decide(cycles).verdict.answer == Answer::clean);
    cycles.pop_back();
    CHECK_FALSE(decide(cycles).done);
    CHECK(decide(cycles).cycles_wanted == 16);
  }

  TEST_CASE("Judge: noise above the budget is inconclusive, with the requests that would do") {
    std::mt19937_64 random(1);
    std::normal_distribution<double> noise(0, 5000);
    auto cycles = series_of(64, [&](double) { return noise(random); });
    CHECK_FALSE(decide(cycles).done);
    CHECK(decide(cycles).times == 5);
    // Larger cycles are tried before the run gives up, with more noise here.
    auto large = series_of(
        49, [&](double) { return 3 * noise(random); }, 500);
    for (auto& cycle : large) cycle.times = 5;
    cycles.insert(cycles.end(), large.begin(), large.end());
    const auto decision = decide(cycles);
    CHECK(decision.done);
    CHECK(decision.verdict.answer == Answer::inconclusive);
    CHECK(heap_of(decision).smallest_leak > 4);
    CHECK_MESSAGE(decision.verdict.reason.find("send about") != std::string::npos,
                  decision.verdict.reason);
    CHECK(decision.verdict.reason.find("load.cycles.requests, now 100") != std::string::npos);
  }

  TEST_CASE("Judge: the running estimate is that of the latest half, from the third cycle on") {
    CHECK_FALSE(verdict::estimate_running({}).has_value());
    CHECK_FALSE(verdict::estimate_running(leaking(2, 64)).has_value());
    CHECK(verdict::estimate_running(leaking(3, 64)) == doctest::Approx(64));
    const auto late = series_of(20, [](double served) { return std::max(served - 1000, 0.0) * 8; });
    CHECK(verdict::estimate_running(late) == doctest::Approx(8));
  }
}
