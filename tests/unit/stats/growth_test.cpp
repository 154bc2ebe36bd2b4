#include "harness/stats/growth.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

using namespace leakcheck::stats;

namespace {

std::vector<Step> steps_of(const std::vector<double>& bytes, double requests = 100) {
  std::vector<Step> steps;
  for (const double each : bytes) steps.push_back({each, requests});
  return steps;
}

}  // namespace

TEST_SUITE("Growth") {
  TEST_CASE("Growth: every number follows its formula") {
    // Sorted: -900 300 500 600 700 800 900 9100; two are cut at each end.
    const Growth growth = estimate_growth(steps_of({500, 700, -900, 900, 300, 9100, 600, 800}));
    CHECK(growth.trimmed == doctest::Approx((500 + 600 + 700 + 800) / 4.0 / 100));
    CHECK(growth.mean == doctest::Approx(12'000 / 800.0));
    CHECK(growth.trimmed_first == doctest::Approx((500 + 700) / 2.0 / 100));
    CHECK(growth.trimmed_second == doctest::Approx((600 + 800) / 2.0 / 100));
    CHECK(growth.share_positive == doctest::Approx(7 / 8.0));
    // Median 650; distances 50 50 150 150 250 350 1550 8450: median 200.
    CHECK(growth.spread == doctest::Approx(1.4826 * 200));
    CHECK(growth.trimmed_error == doctest::Approx(1.36 * 1.4826 * 200 / (std::sqrt(8.0) * 100)));
    CHECK(growth.mean_error == doctest::Approx(1.4826 * 200 / 800));
    CHECK(growth.steps == 8);
    CHECK(growth.requests == 800);
    CHECK(growth.mean_high() == doctest::Approx(15 + 3.3 * growth.mean_error));
    CHECK(growth.trimmed_low() == doctest::Approx(6.5 - 3.3 * growth.trimmed_error));
  }

  TEST_CASE("Growth: a constant series is exact to 64 bytes a step, not more") {
    const Growth growth = estimate_growth(steps_of({6400, 6400, 6400, 6400}));
    CHECK(growth.trimmed == 64);
    CHECK(growth.mean == 64);
    CHECK(growth.spread == 64);
    CHECK(growth.mean_error == doctest::Approx(0.16));
    const Growth still = estimate_growth(steps_of({0, 0, 0, 0}));
    CHECK(still.trimmed == 0);
    CHECK(still.share_positive == 0);
  }

  TEST_CASE("Growth: the middle one of an odd number of steps is of the second half") {
    const Growth growth = estimate_growth(steps_of({100, 200, 300, 400, 500}));
    CHECK(growth.trimmed_first == doctest::Approx(1.5));
    CHECK(growth.trimmed_second == doctest::Approx(4));
  }

  TEST_CASE("Growth: one step and two steps are defined") {
    const Growth one = estimate_growth(steps_of({500}));
    CHECK(one.trimmed == 5);
    CHECK(one.trimmed_first == 5);
    CHECK(one.trimmed_second == 5);
    CHECK(one.mean_error == doctest::Approx(0.64));
    const Growth two = estimate_growth(steps_of({500, 700}));
    CHECK(two.trimmed == 6);
    CHECK(two.trimmed_first == 5);
    CHECK(two.trimmed_second == 7);
  }

  TEST_CASE("Growth: of no steps no rule can hold") {
    const Growth none = estimate_growth({});
    CHECK(none.steps == 0);
    CHECK(none.mean == 0);
    CHECK(std::isinf(none.mean_high()));
    CHECK_FALSE(none.mean_high() < 1e300);
    CHECK_FALSE(none.trimmed_low() > -1e300);
  }

  TEST_CASE("Growth: steps of different length count by their requests") {
    const Growth growth = estimate_growth(
        std::vector<Step>{{6400, 100}, {12'800, 200}, {640, 10}, {6400, 100}, {3200, 50}});
    CHECK(growth.trimmed == 64);
    CHECK(growth.mean == 64);
    CHECK(growth.spread == 64);
    CHECK(growth.requests == 460);
  }

  TEST_CASE("Growth: a jump up cannot make good in the capped mean for what was given back") {
    const Growth growth =
        estimate_growth(steps_of({1000, 1000, 1000, 1000, -50'000, 50'000, 1000, 1000}));
    CHECK(growth.trimmed == 10);
    CHECK(growth.mean == doctest::Approx(7.5));
    CHECK(growth.capped_mean == doctest::Approx((7 * 1000 + 3.3 * 64 - 50'000) / 800));
    CHECK(estimate_growth(steps_of({1000, 1000, 1000})).capped_mean == 10);
  }

  TEST_CASE("Growth: the intervals hold the truth") {
    // Levels with independent errors, as readings after a collection have them.
    std::mt19937_64 random(7);
    std::normal_distribution<double> error(0, 200);
    int outside_trimmed = 0;
    int outside_mean = 0;
    constexpr int kRuns = 2000;
    for (int run = 0; run < kRuns; ++run) {
      std::vector<double> bytes;
      double before = error(random);
      for (int k = 0; k < 24; ++k) {
        const double level = error(random);
        bytes.push_back(1600 + level - before);
        before = level;
      }
      const Growth growth = estimate_growth(steps_of(bytes));
      outside_trimmed += growth.trimmed_low() > 16 || growth.trimmed_high() < 16;
      outside_mean += growth.mean_low() > 16 || growth.mean_high() < 16;
    }
    CHECK(outside_trimmed <= kRuns / 500);
    CHECK(outside_mean <= kRuns / 100);
  }
}
