#include "harness/load/distinct_counts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace leakcheck::load;

namespace {

/// The estimate after so many different values, each used `times` times.
std::int64_t estimate(std::int64_t distinct, std::int64_t seed, int times = 1) {
  DistinctCounts counts;
  const std::size_t slot = counts.slot_of("x");
  for (int time = 0; time < times; ++time)
    for (std::int64_t i = 0; i < distinct; ++i)
      counts.add(slot, std::to_string(seed) + "/" + std::to_string(i));
  return counts.summary().front().distinct;
}

}  // namespace

TEST_CASE("DistinctCounts: each name has one slot, and its own values") {
  DistinctCounts counts;
  const std::size_t user = counts.slot_of("user");
  const std::size_t sku = counts.slot_of("sku");
  CHECK(counts.slot_of("user") == user);
  CHECK(user != sku);
  counts.add(user, "ann");
  counts.add(user, "bob");
  counts.add(user, "ann");
  counts.add(sku, "");
  const auto summary = counts.summary();
  REQUIRE(summary.size() == 2);
  CHECK(summary[0].name == "user");
  CHECK(summary[0].uses == 3);
  CHECK(summary[0].distinct == 2);
  CHECK(summary[1].uses == 1);
  CHECK(summary[1].distinct == 1);
  counts.clear();
  CHECK(counts.summary()[0].uses == 0);
  CHECK(counts.summary()[0].distinct == 0);
  counts.add(user, "ann");
  CHECK(counts.summary()[0].distinct == 1);
}

TEST_CASE("DistinctCounts: small numbers are exact or nearly so") {
  CHECK(estimate(0, 1) == 0);
  for (std::int64_t seed = 0; seed < 50; ++seed) {
    CHECK(estimate(1, seed, 100) == 1);
    CHECK(estimate(2, seed, 10) == 2);
    CHECK(std::abs(estimate(10, seed, 10) - 10) <= 1);
    CHECK(std::abs(estimate(100, seed, 3) - 100) <= 2);
    CHECK(std::abs(estimate(1'000, seed) - 1'000) <= 12);
  }
}

TEST_CASE("DistinctCounts: never more than there were uses") {
  for (std::int64_t seed = 0; seed < 100; ++seed) CHECK(estimate(20'000, seed) <= 20'000);
}

TEST_CASE("DistinctCounts: large numbers are off by 0.65 %, in neither direction") {
  for (const std::int64_t distinct : {10'000, 100'000}) {
    constexpr int kSeeds = 60;
    double sum = 0;
    double squares = 0;
    for (std::int64_t seed = 0; seed < kSeeds; ++seed) {
      // Used twice, so that the number of uses does not cap the estimate.
      const auto found = static_cast<double>(estimate(distinct, seed, 2));
      const double error = found / static_cast<double>(distinct) - 1;
      CHECK(std::abs(error) < 0.025);
      sum += error;
      squares += error * error;
    }
    CHECK(std::abs(sum / kSeeds) < 0.0065 * 4 / std::sqrt(kSeeds));
    CHECK(std::sqrt(squares / kSeeds) < 0.0065 * 1.4);
  }
}

TEST_CASE("DistinctCounts: ten million are counted within 2 %") {
  DistinctCounts counts;
  const std::size_t slot = counts.slot_of("$sequence");
  for (std::int64_t i = 1; i <= 11'000'000; ++i)
    counts.add(slot, std::to_string(i <= 10'000'000 ? i : i - 10'000'000));
  const auto summary = counts.summary();
  CHECK(summary.front().uses == 11'000'000);
  CHECK(summary.front().distinct > 9'800'000);
  CHECK(summary.front().distinct < 10'200'000);
}
