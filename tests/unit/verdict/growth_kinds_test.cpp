#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/unit/verdict/series_of.hpp"
#include "tests/unit/verdict/synthetic_service.hpp"

using namespace leakcheck;
using namespace leakcheck::tests;
using model::Answer;
using model::Quantity;
using model::Rule;

namespace {

std::vector<model::Cycle> filling(int count, double entries, double entry) {
  return series_of(count, [=](double served) { return entry * std::min(served, entries); });
}

/// Adds growth to external and arrayBuffers, in bytes per request.
void grow(std::vector<model::Cycle>& cycles, std::int64_t external, std::int64_t array_buffers) {
  for (auto& cycle : cycles) {
    cycle.post_gc.external = cycle.post_gc.external + Bytes{external * cycle.requests_total};
    cycle.post_gc.array_buffers =
        cycle.post_gc.array_buffers + Bytes{array_buffers * cycle.requests_total};
  }
}

int count_leaks(const ServiceShape& shape, int seeds) {
  int leaks = 0;
  for (int seed = 0; seed < seeds; ++seed)
    leaks += run_service({shape, static_cast<std::uint64_t>(seed)}).decision.verdict.answer ==
             Answer::leak;
  return leaks;
}

}  // namespace

TEST_SUITE("Growth kinds") {
  TEST_CASE("Growth kinds: a cache that fills and stops is bounded, and its size is told") {
    int cycles = 12;
    auto decision = decide(filling(cycles, 1500, 500));
    CHECK(decision.next == model::Phase::confirm);
    while (!decision.done) {
      cycles = decision.cycles_wanted;
      decision = decide(filling(cycles, 1500, 500));
    }
    CHECK(cycles == 28);
    CHECK(decision.verdict.answer == Answer::bounded);
    CHECK(heap_of(decision).rule == Rule::plateau);
    CHECK(heap_of(decision).growth.bytes_per_request == doctest::Approx(0));
    CHECK(decision.verdict.reason ==
          "the JS heap grew by 683.6 KB and stopped after about 1,500 requests: start-up work or a "
          "cache that fills, no leak");
  }

  TEST_CASE("Growth kinds: a cache of 5,000 entries is bounded although it fills for 5,000") {
    CHECK_FALSE(decide(filling(60, 5000, 2000)).done);
    const auto decision = decide(filling(68, 5000, 2000));
    CHECK(decision.done);
    CHECK(decision.verdict.answer == Answer::bounded);
  }

  TEST_CASE("Growth kinds: growth that dies away is never called a leak") {
    int cycles = 12;
    verdict::Decision decision;
    for (; !decision.done; cycles = decision.cycles_wanted)
      decision = decide(
          series_of(cycles, [](double served) { return 2e6 * (1 - std::exp(-served / 5000)); }));
    CHECK(decision.verdict.answer == Answer::inconclusive);
    CHECK(decision.cycles_wanted == 136);
  }

  TEST_CASE("Growth kinds: a leak under a long warm-up is found, and its estimate is its own") {
    const auto kept = [](double served) {
      return 16 * served + 90'000 * (1 - std::pow(0.1, served / 3000));
    };
    int cycles = 12;
    auto decision = decide(series_of(cycles, kept));
    while (!decision.done) {
      cycles = decision.cycles_wanted;
      decision = decide(series_of(cycles, kept));
    }
    CHECK(decision.verdict.answer == Answer::leak);
    CHECK(heap_of(decision).growth.bytes_per_request == doctest::Approx(16).epsilon(0.05));
  }

  TEST_CASE("Growth kinds: a sawtooth is bounded, not a leak") {
    // A buffer that is written out after every 1,000 requests.
    const auto kept = [](double served) { return 64 * std::fmod(served, 1000); };
    int cycles = 12;
    auto decision = decide(series_of(cycles, kept));
    while (!decision.done) {
      cycles = decision.cycles_wanted;
      decision = decide(series_of(cycles, kept));
    }
    CHECK(decision.verdict.answer == Answer::bounded);
    CHECK(decision.verdict.reason.find("its lows do not climb") != std::string::npos);
  }

  TEST_CASE("Growth kinds: a table that grows at once and shrinks bit by bit is clean") {
    // As nest on Node.js 22 showed it: 7 KB up every ten cycles, 0.8 KB down in each of the others.
    const auto decision = decide(series_of(24, [](double served) {
      const int cycle = static_cast<int>(served / 100);
      return 7200.0 * (cycle / 10) - 800.0 * (cycle - cycle / 10);
    }));
    CHECK(decision.done);
    CHECK(decision.verdict.answer == Answer::clean);
  }

  TEST_CASE("Growth kinds: one big drop does not make a leak bounded") {
    const auto kept = [](double served) { return 64 * served - (served > 3000 ? 100'000 : 0); };
    CHECK(decide(series_of(60, kept)).verdict.answer == Answer::leak);
  }

  TEST_CASE("Growth kinds: a leak with jumps up keeps its estimate") {
    const auto kept = [](double served) {
      return 64 * served + 8 * std::exp2(std::ceil(std::log2(served)));
    };
    const auto decision = decide(series_of(60, kept));
    CHECK(decision.verdict.answer == Answer::leak);
    CHECK(heap_of(decision).growth.bytes_per_request == doctest::Approx(64));
  }

  TEST_CASE("Growth kinds: one jump of 230 KB passes") {
    const auto kept = [](double served) { return served > 900 ? 235'520.0 : 0.0; };
    CHECK_FALSE(decide(series_of(12, kept)).done);
    const auto decision = decide(series_of(24, kept));
    CHECK(decision.done);
    CHECK(decision.verdict.answer == Answer::clean);
  }

  TEST_CASE("Growth kinds: kept Buffers are named as such, and external is no second leak") {
    auto cycles = leaking(60, 120);
    grow(cycles, 4096, 4096);
    const auto verdict = decide(cycles).verdict;
    CHECK(verdict.answer == Answer::leak);
    CHECK(verdict.culprit == Quantity::array_buffers);
    CHECK(verdict.reason ==
          "Buffer memory (arrayBuffers) keeps 4,096 B for every request (interval 4,096 B to "
          "4,096 B), over 4,800 requests; the JS heap keeps 120 B");
    const auto& external = verdict.quantities.at(1);
    CHECK(external.quantity == Quantity::external);
    CHECK(external.growth.bytes_per_request == doctest::Approx(4096));
    CHECK(external.reason.find("all of it Buffer memory, which it contains") != std::string::npos);
  }

  TEST_CASE("Growth kinds: external memory of its own is a leak of its own") {
    auto cycles = leaking(60, 0);
    grow(cycles, 300, 100);
    const auto verdict = decide(cycles).verdict;
    CHECK(verdict.culprit == Quantity::external);
    CHECK(verdict.quantities.at(1).answer == Answer::leak);
    CHECK(verdict.reason.rfind("external memory keeps 300 B for every request", 0) == 0);
    CHECK(verdict.quantities.at(0).answer == Answer::clean);
  }

  TEST_CASE("Growth kinds: no seed of a healthy service leaks") {
    ServiceShape shape;
    shape.noise = 507;
    shape.warmup_bytes = 60'000;
    shape.warmup_requests = 2000;
    shape.jump_chance = 0.02;
    shape.drop_chance = 0.01;
    CHECK(count_leaks(shape, 100) == 0);
    shape.cache_entries = 5000;
    shape.cache_entry = 400;
    CHECK(count_leaks(shape, 40) == 0);
    shape.random_keys = true;
    CHECK(count_leaks(shape, 20) == 0);
  }

  TEST_CASE("Growth kinds: every seed of a leak is found") {
    ServiceShape shape;
    shape.warmup_bytes = 30'000;
    shape.warmup_requests = 800;
    shape.jump_chance = 0.02;
    for (const auto& [leak, noise] : {std::pair{6.4, 72.0}, {16.0, 72.0}, {64.0, 507.0}}) {
      shape.leak = leak;
      shape.noise = noise;
      shape.doubling = leak > 10;
      CHECK(count_leaks(shape, 15) == 15);
    }
  }

  TEST_CASE("Growth kinds: a leak under a sawtooth that gives most of it back is found") {
    // As measured: four cycles up by 9 KB, one down by 31 KB, and 16 B a request stay.
    const auto kept = [](double served) {
      return 16 * served + 7'700 * std::fmod(std::floor(served / 100), 5);
    };
    int cycles = 12;
    auto decision = decide(series_of(cycles, kept));
    for (; !decision.done; cycles = decision.cycles_wanted)
      decision = decide(series_of(cycles, kept));
    CHECK(decision.verdict.answer == Answer::leak);
    CHECK(heap_of(decision).rule == Rule::sporadic);
    CHECK(heap_of(decision).growth.bytes_per_request == doctest::Approx(16).epsilon(0.1));
  }

  TEST_CASE("Growth kinds: a sawtooth alone, or one over a filling cache, is no leak") {
    for (const double entries : {0.0, 4000.0}) {
      const auto kept = [&](double served) {
        return 16 * std::min(served, entries) + 7'700 * std::fmod(std::floor(served / 100), 5);
      };
      int cycles = 12;
      auto decision = decide(series_of(cycles, kept));
      for (; !decision.done; cycles = decision.cycles_wanted)
        decision = decide(series_of(cycles, kept));
      CHECK(decision.verdict.answer != Answer::leak);
    }
  }
}
