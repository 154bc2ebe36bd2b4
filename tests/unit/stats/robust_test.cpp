#include "harness/stats/robust.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace leakcheck::stats;
using Values = std::vector<double>;

TEST_SUITE("Robust") {
  TEST_CASE("Robust: the median is the middle value, or the mean of the middle two") {
    CHECK(median(Values{3, 1, 2}) == 2);
    CHECK(median(Values{4, 1, 3, 2}) == 2.5);
    CHECK(median(Values{7}) == 7);
    CHECK(median(Values{1, 9}) == 5);
    CHECK(median(Values{5, 5, 5, 5}) == 5);
    CHECK(median(Values{-1, -1e12, 1e12}) == -1);
  }

  TEST_CASE("Robust: the median leaves its input in order") {
    const Values values{3, 1, 2};
    median(values);
    CHECK(values == Values{3, 1, 2});
  }

  TEST_CASE("Robust: MAD is the median distance from the median") {
    CHECK(median_absolute_deviation(Values{1, 1, 2, 2, 4, 6, 9}) == 1);
    CHECK(median_absolute_deviation(Values{8, 8, 8, 1000}) == 0);
    CHECK(median_absolute_deviation(Values{4}) == 0);
    CHECK(median_absolute_deviation(Values{1, 3}) == 1);
  }

  TEST_CASE("Robust: the trimmed mean cuts a quarter of the values at each end") {
    CHECK(trimmed_mean(Values{-900, 1, 3, 900}) == 2);
    CHECK(trimmed_mean(Values{900, 2, 1, -900, 3, 4, 5, 6}) == 3.5);
    CHECK(trimmed_mean(Values{1, 2, 9}) == 4);
    CHECK(trimmed_mean(Values{2, 8}) == 5);
    CHECK(trimmed_mean(Values{6, 6, 6, 6, 6}) == 6);
  }

  TEST_CASE("Robust: a zero is not positive") {
    CHECK(share_positive(Values{1, 0, -1, 2}) == 0.5);
    CHECK(share_positive(Values{0, 0}) == 0);
    CHECK(share_positive(Values{1}) == 1);
  }

  TEST_CASE("Robust: of no values there is no median, and no share is positive") {
    CHECK(std::isnan(median({})));
    CHECK(std::isnan(median_absolute_deviation({})));
    CHECK(std::isnan(trimmed_mean({})));
    CHECK(share_positive({}) == 0);
  }
}
