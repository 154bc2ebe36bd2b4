#include "harness/load/histogram.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace leakcheck;
using load::Histogram;
using namespace std::chrono_literals;

TEST_CASE("Histogram: empty is zero everywhere") {
  const Histogram empty;
  CHECK(empty.count() == 0);
  CHECK(empty.min() == 0ns);
  CHECK(empty.max() == 0ns);
  CHECK(empty.mean() == 0ns);
  for (const double percent : {0.0, 50.0, 100.0}) CHECK(empty.percentile(percent) == 0ns);
}

TEST_CASE("Histogram: one value is all percentiles, exactly") {
  Histogram one;
  one.add(123'456'789ns);
  for (const double percent : {0.0, 0.1, 50.0, 99.9, 100.0})
    CHECK(one.percentile(percent) == 123'456'789ns);
  CHECK(one.mean() == 123'456'789ns);
}

TEST_CASE("Histogram: a value is off by less than 0.4 %, whatever its size") {
  double worst = 0;
  for (std::int64_t base = 1; base < Histogram::kLongest.count(); base = base * 9 / 8 + 1) {
    for (const std::int64_t value : {base - 1, base, base + 1, (base | 0xff) + 1}) {
      if (value > Histogram::kLongest.count()) continue;
      // Between a smaller and a larger one, so that neither extreme helps.
      Histogram histogram;
      histogram.add(Duration(0));
      histogram.add(Duration(value));
      histogram.add(Histogram::kLongest);
      const auto read = histogram.percentile(50).count();
      if (value > 0)
        worst = std::max(worst,
                         std::abs(static_cast<double>(read - value)) / static_cast<double>(value));
      if (value < 256) CHECK(read == value);
    }
  }
  CHECK(worst < 0.004);
  CHECK(worst > 0.003);  // it is that coarse: nothing is wrong with the test
}

TEST_CASE("Histogram: percentiles are nearest ranks") {
  Histogram hundred;
  for (int i = 1; i <= 100; ++i) hundred.add(Duration(i));
  for (int percent = 1; percent <= 100; ++percent) {
    CAPTURE(percent);
    CHECK(hundred.percentile(percent) == Duration(percent));
  }
  CHECK(hundred.percentile(0) == 1ns);
  CHECK(hundred.percentile(0.5) == 1ns);
  CHECK(hundred.percentile(1.5) == 2ns);
  CHECK(hundred.percentile(99.5) == 100ns);
  CHECK(hundred.percentile(-1) == 1ns);
  CHECK(hundred.percentile(101) == 100ns);

  Histogram thousand;
  for (int i = 1; i <= 1000; ++i) thousand.add(Duration(i % 200));
  CHECK(thousand.percentile(99.9) == 199ns);
  CHECK(thousand.percentile(50) == 99ns);
}

TEST_CASE("Histogram: percentiles of many values are those of the sorted list") {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> latency(14, 2);  // about 1 ms, over six orders
  Histogram histogram;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::int64_t>(latency(random)));
    histogram.add(Duration(values.back()));
  }
  std::sort(values.begin(), values.end());
  for (const double percent : {1.0, 10.0, 50.0, 90.0, 95.0, 99.0, 99.9}) {
    const auto rank = static_cast<std::size_t>(std::ceil(percent * 200 - 1e-6));
    const auto truth = static_cast<double>(values[rank - 1]);
    CAPTURE(percent);
    CHECK(std::abs(static_cast<double>(histogram.percentile(percent).count()) - truth) <
          0.004 * truth);
  }
  CHECK(histogram.min().count() == values.front());
  CHECK(histogram.max().count() == values.back());
}

TEST_CASE("Histogram: smallest, largest and mean are exact") {
  Histogram histogram;
  for (const auto value : {1'000'001ns, 1'000'003ns, 5'000'009ns}) histogram.add(value);
  CHECK(histogram.min() == 1'000'001ns);
  CHECK(histogram.max() == 5'000'009ns);
  CHECK(histogram.mean() == 2'333'338ns);
  CHECK(histogram.percentile(100) == 5'000'009ns);
  CHECK(histogram.percentile(0) == 1'000'001ns);
}

TEST_CASE("Histogram: below zero is zero, past the longest is the longest but for the maximum") {
  Histogram histogram;
  histogram.add(-5ns);
  CHECK(histogram.min() == 0ns);
  CHECK(histogram.mean() == 0ns);
  histogram.add(100h);
  histogram.add(100h);
  CHECK(histogram.count() == 3);
  CHECK(histogram.max() == 100h);
  CHECK(histogram.percentile(100) == 100h);
  const double longest = static_cast<double>(Histogram::kLongest.count());
  CHECK(static_cast<double>(histogram.percentile(50).count()) ==
        doctest::Approx(longest).epsilon(0.004));
}

TEST_CASE("Histogram: after clear() it is as new") {
  Histogram histogram;
  histogram.add(5s);
  histogram.clear();
  CHECK(histogram.count() == 0);
  CHECK(histogram.percentile(50) == 0ns);
  histogram.add(7ms);
  CHECK(histogram.min() == 7ms);
  CHECK(histogram.max() == 7ms);
  CHECK(histogram.mean() == 7ms);
  CHECK(histogram.percentile(50) == 7ms);
}
