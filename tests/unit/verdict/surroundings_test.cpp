#include <doctest/doctest.h>

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
