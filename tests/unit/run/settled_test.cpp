#include "harness/run/settled.hpp"

#include <doctest/doctest.h>

#include <cmath>

using leakcheck::model::Cycle;
using leakcheck::run::is_settled;

namespace {

std::vector<Cycle> cycles_with_heap(const std::vector<double>& heap) {
  std::vector<Cycle> cycles;
  for (const double value : heap) {
    Cycle cycle;
    cycle.post_gc.heap_used.count = static_cast<std::int64_t>(value);
    cycles.push_back(cycle);
  }
  return cycles;
}

/// Cycles until is_settled(), or 0 when `heap` never settles within 200.
template <typename Heap>
int cycles_until_settled(Heap heap) {
  std::vector<double> values;
  for (int k = 0; k < 200; ++k) {
    values.push_back(heap(k));
    if (is_settled(cycles_with_heap(values))) return k + 1;
  }
  return 0;
}

}  // namespace

TEST_SUITE("Settled") {
  TEST_CASE("a flat heap settles with the first seven cycles, not before") {
    CHECK_FALSE(is_settled({}));
    CHECK_FALSE(is_settled(cycles_with_heap({5e6, 5e6, 5e6, 5e6, 5e6, 5e6})));
    CHECK(cycles_until_settled([](int) { return 5e6; }) == 7);
  }

  TEST_CASE("an even leak settles: it must not use the warm-up's time up") {
    CHECK(cycles_until_settled([](int k) { return 5e6 + 41200.0 * k; }) == 7);
  }

  TEST_CASE("a warm-up that dies away settles when its pace is within 2 KB a cycle") {
    const auto heap = [](int k) { return 9e6 - 2e6 * std::exp(-k / 8.0); };
    const int settled = cycles_until_settled(heap);
    CHECK(settled > 20);
    CHECK(settled < 60);
    CHECK(heap(settled) - heap(settled - 1) < 7000);
  }

  TEST_CASE("a pace that keeps rising settles only when a tenth of it is more than its rise") {
    // 3,000 k² grows by 6,000 more each cycle: 18,000 between the two spans of three.
    const int settled = cycles_until_settled([](int k) { return 5e6 + 3000.0 * k * k; });
    CHECK(settled == 36);
    CHECK(cycles_until_settled([](int k) { return 5e6 * std::pow(1.1, k); }) == 0);
  }
}
