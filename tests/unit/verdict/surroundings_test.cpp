#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>

#include "tests/unit/verdict/series_of.hpp"

using namespace leakcheck;
using namespace leakcheck::tests;
using model::Answer;
using model::Quantity;

namespace {

/// Adds what malloc holds: so many bytes and blocks a request.
std::vector<model::Cycle> with_native(std::vector<model::Cycle> cycles, double bytes,
                                      double blocks) {
  for (auto& cycle : cycles) {
    const auto served = static_cast<double>(cycle.requests_total);
    cycle.native = model::NativeMemory{Bytes{static_cast<std::int64_t>(9e6 + bytes * served)},
                                       static_cast<std::int64_t>(20'000 + blocks * served)};
  }
  return cycles;
}

const model::QuantityVerdict& native_of(const verdict::Decision& decision) {
  return decision.verdict.quantities.at(3);
}

/// Malloc's bytes as those of threads that collect when they like: up by so many bytes in half of
/// the cycles, by chance, and down by a little more in the others; and `kept` bytes a request on
/// top.
std::vector<model::Cycle> with_unsteady_native(int count, double step, double kept, unsigned seed) {
  auto cycles = with_native(leaking(count, 0), kept, 0);
  std::mt19937 random(seed);
  double walked = 0;
  for (auto& cycle : cycles) {
    walked += random() % 2 == 0 ? step : -1.05 * step;
    cycle.native->live = cycle.native->live + Bytes{static_cast<std::int64_t>(walked)};
  }
  return cycles;
}

}  // namespace

TEST_SUITE("Surroundings") {
  TEST_CASE("Surroundings: native memory is judged where it was counted in every cycle") {
    auto cycles = with_native(leaking(12, 0), 0, 0);
    CHECK(decide(cycles).verdict.quantities.size() == 4);
    CHECK(native_of(decide(cycles)).answer == Answer::clean);
    cycles[5].native.reset();
    CHECK(decide(cycles).verdict.quantities.size() == 3);
  }

  TEST_CASE("Surroundings: a budget on native memory that was not counted is not passed") {
    verdict::Settings settings;
    settings.budgets = {{Quantity::native, model::Budget::Kind::per_request, 64, "64B"}};
    const auto decision = decide(leaking(12, 0), settings);
    REQUIRE(decision.verdict.budgets.size() == 1);
    CHECK(decision.verdict.budgets[0].state == model::CheckState::inconclusive);
    CHECK(decision.verdict.budgets[0].message.find("target.countMalloc") != std::string::npos);
    CHECK(decide(with_native(leaking(12, 0), 0, 0), settings).verdict.budgets[0].state ==
          model::CheckState::passed);
  }

  TEST_CASE("Surroundings: unsteady native memory that nobody set a budget for holds nothing up") {
    verdict::Settings insists;
    insists.budgets = {{Quantity::native, model::Budget::Kind::per_request, 64, "64B"}};
    verdict::Settings native_mode;
    native_mode.mode = model::Mode::native;
    int seen = 0;
    for (unsigned seed = 1; seed <= 100; ++seed) {
      const auto cycles = with_unsteady_native(24, 64'000, 0, seed);
      const auto decision = decide(cycles);
      CHECK(decision.verdict.answer != Answer::leak);
      if (native_of(decision).reason.find("does not grow as far as can be seen") ==
          std::string::npos)
        continue;
      ++seen;
      CHECK(decision.done);
      CHECK(decision.verdict.answer == Answer::clean);
      CHECK(native_of(decision).smallest_leak > 100);
      CHECK(decision.verdict.reason.find("; of native memory (malloc), above ") !=
            std::string::npos);
      for (const verdict::Settings& settings : {insists, native_mode})
        CHECK(decide(cycles, settings, true).verdict.answer == Answer::inconclusive);
      CHECK(decide(cycles, insists, true).verdict.budgets.at(0).state ==
            model::CheckState::inconclusive);
    }
    CHECK(seen > 50);
  }

  TEST_CASE("Surroundings: unsteady native memory that grows visibly is not clean") {
    for (unsigned seed = 1; seed <= 100; ++seed) {
      const auto verdict = decide(with_unsteady_native(24, 64'000, 1000, seed), {}, true).verdict;
      CHECK(verdict.answer != Answer::clean);
    }
  }

  TEST_CASE("Surroundings: native memory that could hide a page per request is not passed") {
    for (unsigned seed = 1; seed <= 100; ++seed)
      CHECK(native_of(decide(with_unsteady_native(24, 20'000'000, 0, seed), {}, true))
                .reason.find("as far as can be seen") == std::string::npos);
  }

  TEST_CASE("Surroundings: native memory that came with what a cache took is not looked into") {
    // The heap's cache fills for 1,500 requests; malloc moves by some KB meanwhile, as measured.
    constexpr std::array kMoves = {-2104, 3936, -2080, 176, -2192, 144, 2048, 1800, 16, -152, 1304};
    verdict::Settings settings;
    settings.varies = true;
    const auto judge = [&] {
      auto cycles = with_native(
          series_of(28, [](double served) { return 500 * std::min(served, 1500.0); }), 0, 0);
      std::int64_t moved = 0;
      for (std::size_t k = 0; k < cycles.size(); ++k) {
        if (k >= 1 && k <= kMoves.size()) moved += kMoves[k - 1];
        cycles[k].native->live = cycles[k].native->live + Bytes{moved};
        if (k >= 12) cycles[k].phase = model::Phase::replay;
      }
      return verdict::decide(settings, cycles, {}, true);
    };
    CHECK(native_of(judge()).answer == Answer::clean);
    CHECK(native_of(judge()).reason.find("which brings some with it") != std::string::npos);
    settings.budgets = {{Quantity::native, model::Budget::Kind::per_request, 4, "4B"}};
    CHECK(native_of(judge()).answer == Answer::inconclusive);
  }

  TEST_CASE("Surroundings: an add-on's leak is native, with its blocks per request") {
    const auto decision = decide(with_native(leaking(60, 0), 72, 1));
    CHECK(decision.verdict.answer == Answer::leak);
    CHECK(decision.verdict.culprit == Quantity::native);
    CHECK(native_of(decision).growth.bytes_per_request == doctest::Approx(72));
    CHECK(*native_of(decision).allocations_per_request == doctest::Approx(1));
    CHECK(decision.verdict.reason.rfind("native memory (malloc) keeps 72 B", 0) == 0);
  }

  TEST_CASE("Surroundings: what malloc gave for kept Buffers is no leak of its own") {
    auto cycles = with_native(leaking(60, 100), 4243, 3);
    for (auto& cycle : cycles) {
      const Bytes kept{4096 * cycle.requests_total};
      cycle.post_gc.external = cycle.post_gc.external + kept;
      cycle.post_gc.array_buffers = cycle.post_gc.array_buffers + kept;
    }
    const auto decision = decide(cycles);
    CHECK(decision.verdict.answer == Answer::leak);
    CHECK(decision.verdict.culprit == Quantity::array_buffers);
    CHECK(decision.verdict.reason.find("native") == std::string::npos);
    CHECK(native_of(decision).reason.find("which it contains") != std::string::npos);
  }

  TEST_CASE("Surroundings: of several processes and threads each has its own growth") {
    auto cycles = leaking(60, 64);
    for (auto& cycle : cycles) {
      model::Memory still;
      still.heap_used = Bytes{4'000'000};
      cycle.processes = 2;
      cycle.readings = {{100, 0, still, {}}, {100, 3, cycle.post_gc, {}}};
    }
    const auto decision = decide(cycles);
    REQUIRE(decision.verdict.parts.size() == 2);
    CHECK(decision.verdict.parts[0].growth.bytes_per_request == doctest::Approx(0));
    CHECK(decision.verdict.parts[1].thread == 3);
    CHECK(decision.verdict.parts[1].growth.bytes_per_request == doctest::Approx(64));
  }

  TEST_CASE("Surroundings: a resident set that grows while nothing is allocated is fragmentation") {
    auto cycles = leaking(12, 0, 4000);
    for (auto& cycle : cycles) cycle.pss = Bytes{50'000'000 + 700 * cycle.requests_total};
    CHECK(decide(cycles).verdict.resident->kind == model::ResidentSet::Kind::unexplained);
    cycles = with_native(cycles, 0, 0);
    const auto decision = decide(cycles);
    CHECK(decision.verdict.answer == Answer::clean);
    REQUIRE(decision.verdict.resident.has_value());
    CHECK(decision.verdict.resident->kind == model::ResidentSet::Kind::fragmentation);
    CHECK(decision.verdict.resident->bytes_per_request == doctest::Approx(700));
    CHECK(decision.verdict.resident->reason.find("MALLOC_ARENA_MAX=2") != std::string::npos);

    auto flat = with_native(leaking(12, 0, 4000), 0, 0);
    CHECK(decide(flat).verdict.resident->kind == model::ResidentSet::Kind::flat);
    CHECK_FALSE(decide(leaking(12, 0)).verdict.resident.has_value());
  }

  TEST_CASE("Surroundings: a resident set that follows a leak says which") {
    auto cycles = leaking(24, 4000, 4000);
    for (auto& cycle : cycles) cycle.pss = Bytes{50'000'000 + 4200 * cycle.requests_total};
    const auto decision = decide(cycles, {}, true);
    REQUIRE(decision.verdict.resident.has_value());
    CHECK(decision.verdict.resident->kind == model::ResidentSet::Kind::follows);
    CHECK(decision.verdict.resident->reason.find("following the JS heap") != std::string::npos);
  }
}
