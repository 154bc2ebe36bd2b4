#include "harness/series/log_reader.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

using namespace leakcheck;
using series::Format;

namespace {

model::SeriesLog read(const std::string& text, std::optional<Format> format = std::nullopt) {
  auto log = series::parse_log(text, "memory.log", format);
  REQUIRE_MESSAGE(log.has_value(), (log ? "" : log.error().message));
  return *log;
}

Error refuse(const std::string& text) {
  auto log = series::parse_log(text, "memory.log");
  REQUIRE_FALSE(log.has_value());
  CHECK(log.error().kind == ErrorKind::usage);
  CHECK_FALSE(log.error().hint.empty());
  return log.error();
}

bool says(const std::vector<std::string>& notes, const std::string& words) {
  for (const auto& note : notes)
    if (note.find(words) != std::string::npos) return true;
  return false;
}

const model::MemoryReading& first(const model::SeriesLog& log) {
  return log.series.at(0).parts.at(0).readings.at(0);
}

/// A line at so many seconds, of a heap of so many MB.
std::string line(double at_s, double heap_mb, const std::string& more = "") {
  return "{\"ts\":" + std::to_string(static_cast<long long>(1.76e12 + at_s * 1000)) +
         ",\"heapUsed\":" + std::to_string(static_cast<long long>(heap_mb * 1e6)) +
         ",\"rss\":" + std::to_string(static_cast<long long>(heap_mb * 2e6)) + more + "}\n";
}

std::string lines(int count, double begin_s, double heap_mb) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line(begin_s + 10 * i, heap_mb + i % 5);
  return text;
}

}  // namespace

TEST_CASE("SeriesLog: JSON lines are read with other text around them, and other lines counted") {
  const auto log = read(
      "server listens\n"
      "[app] {\"time\":\"2026-11-23T20:08:24.500Z\",\"memoryUsage\":{\"heapUsed\":5000000,"
      "\"external\":7,\"arrayBuffers\":3}}\n"
      "{\"level\":30,\"msg\":\"hello\"}\n"
      "2026-11-23T20:08:25Z stdout {\"heapUsed\":\"6000000\"}\n"
      "{\"ts\":1,\"heapUsed\":NaN}\n");
  CHECK(log.format == "json-lines");
  CHECK(log.calendar_time);
  REQUIRE(log.series.at(0).parts.at(0).readings.size() == 2);
  CHECK(first(log).at_s == doctest::Approx(1795464504.5));
  CHECK(first(log).heap_used == 5000000);
  CHECK(first(log).external == 7);
  CHECK(first(log).array_buffers == 3);
  CHECK(std::isnan(first(log).rss));
  CHECK(says(log.notes, "2 lines, rows or metrics say nothing of memory"));
  CHECK(says(log.notes, "1 cannot be read and were dropped; the first is line 5"));
}

TEST_CASE("SeriesLog: null and negative values are left out and counted") {
  const auto log = read(line(0, 50) + "{\"ts\":1760000001000,\"heapUsed\":null,\"rss\":-1}\n" +
                        "{\"ts\":1760000002000,\"heapUsed\":51000000,\"rss\":null}\n");
  CHECK(log.series.at(0).parts.at(0).readings.size() == 2);
  CHECK(says(log.notes, "3 values are no amounts"));
}

TEST_CASE("SeriesLog: CSV by its header, in any unit, with Grafana's quotes and semicolons") {
  const auto log = read(
      "\xEF\xBB\xBF\"Time\";\"heapUsed (MB)\";\"rss\"\n"
      "\"2026-11-23 20:08:24\";45,5;\"120 MiB\"\n"
      "2026-11-23 20:08:34;46;\n");
  CHECK(log.format == "csv");
  REQUIRE(log.series.at(0).parts.at(0).readings.size() == 2);
  CHECK(first(log).heap_used == 45.5 * 1024 * 1024);
  CHECK(first(log).rss == 120.0 * 1024 * 1024);
}

TEST_CASE("SeriesLog: a range query of Prometheus, instance by instance") {
  const auto metric = [](const std::string& name, const std::string& instance,
                         const std::string& values) {
    return "{\"metric\":{\"__name__\":\"" + name + "\",\"instance\":\"" + instance +
           "\"},\"values\":[" + values + "]}";
  };
  const auto log = read(
      R"({"status":"success","data":{"resultType":"matrix","result":[)" +
      metric("nodejs_heap_size_used_bytes", "a", R"([1760000000,"50000000"],[1760000015,"NaN"])") +
      "," + metric("process_resident_memory_bytes", "a", R"([1760000000,"90000000"])") + "," +
      metric("nodejs_heap_size_used_bytes", "b", R"([1760000000,"60000000"])") + "," +
      metric("up", "b", R"([1760000000,"1"])") + "]}}");
  CHECK(log.format == "prometheus");
  REQUIRE(log.series.size() == 2);
  CHECK(log.series[0].name == "instance=a");
  CHECK(first(log).heap_used == 50000000);
  CHECK(first(log).rss == 90000000);
  CHECK(log.series[1].parts.at(0).readings.at(0).heap_used == 60000000);
}

TEST_CASE("SeriesLog: late lines go to their place, and a clock that was set back moves on") {
  const auto late = read(line(0, 50) + line(20, 50) + line(10, 50) + line(30, 50));
  const auto& sorted = late.series.at(0).parts.at(0).readings;
  REQUIRE(sorted.size() == 4);
  for (std::size_t i = 1; i < sorted.size(); ++i) CHECK(sorted[i].at_s > sorted[i - 1].at_s);
  CHECK(says(late.series[0].notes, "1 late readings"));

  const auto set_back = read(lines(50, 0, 50) + lines(50, 200, 50));
  REQUIRE(set_back.series.at(0).parts.size() == 1);
  CHECK(set_back.series[0].parts[0].readings.size() == 100);
  CHECK(set_back.series[0].parts[0].span_s() == doctest::Approx(990));
  CHECK(says(set_back.series[0].notes, "the clock was set back 1 times"));

  const auto another = read(lines(50, 90'000, 50) + lines(50, 0, 50));
  CHECK(another.series.at(0).parts.size() == 2);
}

TEST_CASE("SeriesLog: a restart is seen by pid, uptime, a counter, or heap and rss at once") {
  const auto parts = [](const std::string& text) { return read(text).series.at(0).parts.size(); };
  const std::string calm = lines(30, 0, 100);
  CHECK(parts(calm + lines(30, 300, 100)) == 1);
  CHECK(parts(calm + lines(30, 300, 40)) == 2);
  CHECK(parts(line(0, 50, ",\"pid\":1") + line(10, 50, ",\"pid\":2")) == 2);
  CHECK(parts(line(0, 50, ",\"uptime\":100") + line(10, 50, ",\"uptime\":2")) == 2);
  CHECK(parts(line(0, 50, ",\"requests\":100") + line(10, 50, ",\"requests\":2")) == 2);
  CHECK(parts(line(0, 50, ",\"uptime\":1") + line(10, 20, ",\"uptime\":11")) == 1);
}

TEST_CASE("SeriesLog: processes that write by turns are series of their own") {
  std::string text;
  for (int i = 0; i < 20; ++i) text += line(i, 50, i % 2 == 0 ? ",\"pid\":7" : ",\"pid\":8");
  const auto log = read(text);
  REQUIRE(log.series.size() == 2);
  CHECK(log.series[0].name == "pid 7");
  CHECK(log.series[0].parts.at(0).readings.size() == 10);
}

TEST_CASE("SeriesLog: a gap is noted, and cuts when it is longer than what was written") {
  const auto noted = read(lines(50, 0, 50) + lines(50, 800, 50));
  CHECK(noted.series.at(0).parts.size() == 1);
  CHECK(says(noted.series[0].notes, "one time without readings"));
  CHECK(read(lines(50, 0, 50) + lines(50, 5000, 50)).series.at(0).parts.size() == 2);
}

TEST_CASE("SeriesLog: what is no log is refused with place and cure") {
  CHECK(refuse("").message == "memory.log is empty");
  CHECK(refuse("hello\nworld\n").message ==
        "memory.log:1: neither JSON lines nor CSV nor Prometheus JSON");
  CHECK(refuse("{\"heapUsed\":5000000}\n").message ==
        "memory.log:1: memory without a time in every line");
  CHECK(refuse("{\"level\":30}\n{\"ts\":1,\"heapUsed\":}\n").message ==
        "memory.log:2: cannot be read as json-lines, nor can any other line");
  CHECK(refuse("{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}")
            .message == "memory.log:1: Prometheus refused the query: parse error");
  CHECK(refuse("{\"leakcheckRunRecord\": 1}").message.find("the record of a run") !=
        std::string::npos);
}

TEST_CASE("SeriesLog: one reading is a log") {
  CHECK(read(line(0, 50)).series.at(0).parts.at(0).readings.size() == 1);
}
