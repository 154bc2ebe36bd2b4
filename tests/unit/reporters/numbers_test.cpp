#include "reporters/numbers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "reporters/sparkline.hpp"

using namespace leakcheck::reporters;

namespace {
constexpr double kInfinite = std::numeric_limits<double>::infinity();
}

TEST_CASE("Numbers: rates and times as people read them") {
  CHECK(format_rate(3.46) == "3.5");
  CHECK(format_rate(9.97) == "10");
  CHECK(format_rate(1204.4) == "1,204");
  CHECK(format_ms(0.844) == "0.84 ms");
  CHECK(format_ms(9.996) == "10.0 ms");
  CHECK(format_ms(99.96) == "100 ms");
  CHECK(format_ms(3100) == "3.1 s");
  CHECK(format_elapsed(4120) == "4.1 s");
  CHECK(format_elapsed(125'000) == "2 min 05 s");
  CHECK(format_percent(1, 3) == "33.3 %");
  CHECK(format_percent(1, 0) == "0 %");
  CHECK(format_percent(0, 5) == "0.0 %");
  CHECK(format_percent(1, 100'000) == "<0.1 %");
  CHECK(count_of(1, "request") == "1 request");
  CHECK(count_of(5300, "request") == "5,300 requests");
}

TEST_CASE("Numbers: an interval names its unit once, unless its ends differ in it") {
  CHECK(format_interval(87.9, 88.14) == "87.9 to 88.14 B");
  CHECK(format_interval(-0.4, 0.41) == "-0.4 to 0.41 B");
  CHECK(format_interval(2244, 2246) == "2,244 to 2,246 B");
  CHECK(format_interval(999, 1001) == "999 to 1,001 B");
  CHECK(format_interval(1'047'000, 1'049'000) == "1,047,000 B to 1.0 MB");
  CHECK(format_interval(2'097'152, 4'194'304) == "2.0 to 4.0 MB");
}

TEST_CASE("Numbers: what is not known is said, never printed as nan") {
  CHECK(format_interval(std::nan(""), 1) == "not known");
  CHECK(format_interval(-1, kInfinite) == "not known");
  CHECK(format_ms(kInfinite) == "not known");
  CHECK(format_rate(kInfinite) == "0");
  CHECK(format_percent(1, std::nan("")) == "0 %");
}

TEST_CASE("Numbers: seconds in XML are plain decimals, whatever a record says") {
  CHECK(plain_seconds(4120.4) == "4.120");
  CHECK(plain_seconds(0) == "0.000");
  CHECK(plain_seconds(-5) == "0.000");
  CHECK(plain_seconds(std::nan("")) == "0.000");
  CHECK(plain_seconds(1e300) == "1000000000.000");
}

TEST_CASE("Sparkline: the lowest value is at the bottom, the highest at the top") {
  CHECK(render_sparkline({}, 10, 0) == "");
  CHECK(render_sparkline({1, 2}, 0, 0) == "");
  CHECK(render_sparkline({5}, 10, 0) == "▁");
  CHECK(render_sparkline({0, 1, 2, 3, 4, 5, 6, 7}, 8, 0) == "▁▂▃▄▅▆▇█");
  CHECK(render_sparkline({3, 3, 3}, 8, 0) == "▁▁▁");
}

TEST_CASE("Sparkline: noise below the smallest range stays flat, growth above it does not") {
  CHECK(render_sparkline({100, 101, 100, 102}, 8, 100) == "▁▁▁▁");
  CHECK(render_sparkline({100, 150, 200}, 8, 100) == "▁▅█");
}

TEST_CASE("Sparkline: a long series is joined into the columns") {
  CHECK(render_sparkline({0, 0, 8, 8}, 2, 0) == "▁█");
  std::vector<double> many;
  for (int at = 0; at < 1000; ++at) many.push_back(at);
  CHECK(render_sparkline(many, 8, 0) == "▁▂▃▄▅▆▇█");
}
