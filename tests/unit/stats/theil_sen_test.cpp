#include "harness/stats/theil_sen.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace leakcheck::stats;

TEST_CASE("TheilSen: the median of the slopes, whatever one wild point does") {
  const std::vector<double> x = {0, 1, 2, 3, 4};
  const Trend straight = estimate_trend(x, std::vector<double>{1, 3, 5, 7, 9});
  CHECK(straight.slope == doctest::Approx(2));
  CHECK(straight.at_start == doctest::Approx(1));
  CHECK(straight.at_end == doctest::Approx(9));
  CHECK(straight.low == doctest::Approx(2));
  const Trend wild = estimate_trend(x, std::vector<double>{1, 3, 500, 7, 9});
  CHECK(wild.slope == doctest::Approx(2));
  CHECK(wild.low < 0);
  CHECK(wild.high > 4);
}

TEST_CASE("TheilSen: too few points, or all at one time, have no interval") {
  CHECK(std::isinf(estimate_trend(std::vector<double>{}, std::vector<double>{}).high));
  CHECK(std::isinf(estimate_trend(std::vector<double>{1, 2}, std::vector<double>{1, 2}).high));
  const Trend same = estimate_trend(std::vector<double>{1, 1, 1}, std::vector<double>{1, 2, 3});
  CHECK(same.slope == 0);
  CHECK(std::isinf(same.low));
}

TEST_CASE("TheilSen: two points have an interval when their noise is known") {
  const Trend two =
      estimate_trend(std::vector<double>{0, 10}, std::vector<double>{0, 50}, 3.3, {1});
  CHECK(two.slope == doctest::Approx(5));
  // Student's t of 8 degrees at 3.3 sigmas is 5.07, by Wallace's approximation 5.19, and either is
  // within 3 % of 5.15; the slope's deviation is 0.1414.
  CHECK(two.high - 5 == doctest::Approx(5.15 * std::sqrt(1 / 50.0)).epsilon(0.03));
}
