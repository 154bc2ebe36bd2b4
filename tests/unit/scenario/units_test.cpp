#include "harness/scenario/units.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "harness/scenario/yaml_number.hpp"

using namespace leakcheck;
using namespace leakcheck::scenario;
using std::chrono::milliseconds;
using Metric = model::Threshold::Metric;
using Statistic = model::Threshold::Statistic;
using Comparison = model::Threshold::Comparison;

TEST_CASE("Units: a time is a number and ms, s, m, h or d") {
  CHECK(parse_duration("20ms") == milliseconds(20));
  CHECK(parse_duration("30s") == milliseconds(30'000));
  CHECK(parse_duration("1.5 m") == milliseconds(90'000));
  CHECK(parse_duration(".5h") == milliseconds(1'800'000));
  CHECK(parse_duration("2d") == milliseconds(172'800'000));
  CHECK(parse_duration("0s") == milliseconds(0));
  for (const char* text : {"", "30", "s", "-5s", "-0s", "+5s", "1e3s", " 5s", "5s ", "5 sec", "5S",
                           "1,5s", "infs", "nans", "0x5s", "5ss", "99999999999999999h"})
    CHECK_MESSAGE(!parse_duration(text), text);
}

TEST_CASE("Units: a limit on what takes less than a millisecond is not rounded") {
  CHECK(parse_milliseconds("0.4ms") == doctest::Approx(0.4));
  const auto threshold = parse_threshold(Metric::http_req_duration, "p(95)<0.4ms");
  REQUIRE(threshold.has_value());
  CHECK(threshold->limit == doctest::Approx(0.4));
}

TEST_CASE("Units: a percentage has its sign") {
  CHECK(parse_percent("15%") == 15.0);
  CHECK(parse_percent("0.5 %") == 0.5);
  CHECK(parse_percent("0%") == 0.0);
  for (const char* text : {"15", "%", "-1%", "15%%", "15 % ", "1e1%", "inf%"})
    CHECK_MESSAGE(!parse_percent(text), text);
}

TEST_CASE("Units: a rate is a number of requests and the time that they come in") {
  CHECK(parse_rate("20/s") == 20.0);
  CHECK(parse_rate("300/m") == 5.0);
  CHECK(parse_rate("7200/h") == 2.0);
  CHECK(parse_rate("0.5 / s") == 0.5);
  for (const char* text : {"", "20", "/s", "0/s", "-1/s", "20/", "20/ms", "20/d", "20s", "20/s ",
                           "1e3/s", "inf/s", "20//s"})
    CHECK_MESSAGE(!parse_rate(text), text);
}

TEST_CASE("Units: a threshold is a statistic, a comparison and a limit, in k6's grammar") {
  const auto p95 = parse_threshold(Metric::http_req_duration, "  p( 95 ) <= 1.5s ");
  REQUIRE(p95.has_value());
  CHECK(p95->statistic == Statistic::percentile);
  CHECK(p95->percentile == 95.0);
  CHECK(p95->comparison == Comparison::less_equal);
  CHECK(p95->limit == 1500.0);
  CHECK(p95->text == "p( 95 ) <= 1.5s");
  const auto rate = parse_threshold(Metric::http_req_failed, "rate<0.01");
  REQUIRE(rate.has_value());
  CHECK(rate->statistic == Statistic::rate);
  CHECK(rate->limit == doctest::Approx(0.01));
  const std::vector<std::pair<const char*, Comparison>> comparisons = {
      {"avg<5", Comparison::less},        {"avg>5", Comparison::greater},
      {"avg<=5", Comparison::less_equal}, {"avg>=5", Comparison::greater_equal},
      {"avg==5", Comparison::equal},      {"avg===5", Comparison::equal},
      {"avg!=5", Comparison::not_equal}};
  for (const auto& [text, comparison] : comparisons) {
    const auto read = parse_threshold(Metric::http_req_duration, text);
    REQUIRE_MESSAGE(read.has_value(), text);
    CHECK(read->comparison == comparison);
    CHECK(read->limit == 5.0);
  }
}

TEST_CASE("Units: a threshold that its metric does not have is refused, with one that it has") {
  for (const char* text : {"rate<0.1", "p(101)<5", "p(-1)<5", "p()<5", "avg", "avg<", "avg<-1",
                           "avg<<5", "avg=5", "avg=>5", "avg<5 ms s", "avg<inf", ""}) {
    const auto read = parse_threshold(Metric::http_req_duration, text);
    REQUIRE_MESSAGE(!read.has_value(), text);
    CHECK(read.error().kind == ErrorKind::scenario);
    CHECK(read.error().message.find("is not a threshold for http_req_duration: ") !=
          std::string::npos);
    CHECK(read.error().hint == "write p(95)<500ms, avg<200ms, med, min or max");
  }
  for (const char* text : {"avg<1", "rate<1.1", "rate<-1", "rate<1%", "count<1s", "count<-1"})
    CHECK_MESSAGE(!parse_threshold(Metric::http_req_failed, text).has_value(), text);
}

TEST_CASE("YamlNumber: a plain scalar is the number that YAML's core schema says") {
  CHECK(to_json_number("12") == "12");
  CHECK(to_json_number("+12") == "12");
  CHECK(to_json_number("007") == "7");
  CHECK(to_json_number("-0") == "-0");
  CHECK(to_json_number("0x1F") == "31");
  CHECK(to_json_number("0o17") == "15");
  CHECK(to_json_number(".5") == "0.5");
  CHECK(to_json_number("5.") == "5");
  CHECK(to_json_number("-1.50e+03") == "-1.50e+03");
  CHECK(to_json_number("123456789012345678901234567890") == "123456789012345678901234567890");
  for (const char* text : {".inf", "-.INF", ".nan", "0xFFFFFFFFFFFFFFFFFF"})
    CHECK_MESSAGE(to_json_number(text) == "", text);
  for (const char* text :
       {"", "-", ".", "e5", "1e", "1_000", "0x", "0xG", "0b1", "1.2.3", "12a", "++1", "-0x1", " 1"})
    CHECK_MESSAGE(!to_json_number(text), text);
}

TEST_CASE("YamlNumber: a whole number may be written in every way that YAML has") {
  CHECK(parse_whole_number("1e3") == 1000);
  CHECK(parse_whole_number("20.0") == 20);
  CHECK(parse_whole_number("0x10") == 16);
  CHECK(parse_whole_number("-5") == -5);
  for (const char* text : {"1.5", "1e-1", "1e300", ".inf", "ten", "", "9007199254740993.5"})
    CHECK_MESSAGE(!parse_whole_number(text), text);
  CHECK(parse_number("1.5e1") == 15.0);
  CHECK(!parse_number("1e999"));
}
