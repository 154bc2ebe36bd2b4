#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "harness/base/file.hpp"
#include "reporters/code_points.hpp"
#include "reporters/reporters.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;

namespace {

model::RunReport load_record(const std::string& name) {
  const auto text =
      load_file(fs::path(LEAKCHECK_SOURCE) / "tests/golden/records" / (name + ".json"));
  REQUIRE(text.has_value());
  auto report = model::parse_run_record(*text);
  REQUIRE(report.has_value());
  return std::move(*report);
}

std::string show(const model::RunReport& report, int width = 80, bool color = false) {
  return reporters::render_console(report, {color, width});
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> list_records() {
  std::vector<std::string> names;
  const fs::path folder = fs::path(LEAKCHECK_SOURCE) / "tests/golden/records";
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().stem());
  REQUIRE(names.size() > 10);
  return names;
}

/// As many digits as there can be, and numbers that are none.
void make_extreme(model::RunReport& report) {
  constexpr double kLargest = std::numeric_limits<double>::max();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  report.duration_ms = kLargest;
  report.load.sent = report.load.failed = report.load.answered = kMost;
  report.load.busy_ms = 1e-300;
  report.load.latency.p50_ms = std::numeric_limits<double>::quiet_NaN();
  report.load.latency.p99_ms = kLargest;
  for (auto& cycle : report.cycles) cycle.post_gc.heap_used = Bytes{-kMost - 1};
  if (!report.cycles.empty()) report.cycles.back().post_gc.heap_used = Bytes{kMost};
  if (!report.verdict) return;
  for (auto& quantity : report.verdict->quantities) {
    quantity.growth.bytes_per_request = -1'048'575;
    quantity.growth.low = -kLargest;
    quantity.growth.high = kLargest;
    quantity.smallest_leak = std::numeric_limits<double>::infinity();
  }
}

std::string line_with(const std::string& text, const std::string& part) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (contains(line, part)) return line;
  return "";
}

}  // namespace

TEST_CASE("Console: every ending has a headline and says what happened") {
  for (int at = 0; !model::to_string(static_cast<model::Ending>(at)).empty(); ++at) {
    model::RunReport report;
    report.scenario.name = "orders";
    report.outcome.ending = static_cast<model::Ending>(at);
    const std::string bare = show(report);
    // Also without any sentence in the record.
    CHECK(contains(bare, "the run ended: " + std::string(model::to_string(report.outcome.ending))));
    report.outcome.message = "what happened";
    const std::string text = show(report);
    CHECK(text.front() == '\n');
    CHECK(text.find("  orders") > 3);
    CHECK(contains(text, "\n\n  what happened\n"));
    CHECK_FALSE(contains(text, "\n\n\n"));
  }
}

TEST_CASE("Console: no line is wider than the terminal, but for paths and commands to copy") {
  for (const std::string& name : list_records()) {
    model::RunReport report = load_record(name);
    for (const bool extreme : {false, true}) {
      if (extreme) make_extreme(report);
      for (int width = 40; width <= 200; ++width) {
        std::istringstream lines(show(report, width));
        for (std::string line; std::getline(lines, line);) {
          const bool copied = line.rfind("  folder", 0) == 0 || line.rfind("  next", 0) == 0 ||
                              line.rfind("  snapshots", 0) == 0;
          if (!copied)
            CHECK_MESSAGE(reporters::display_width(line) <= std::min(width, 100), name, " at ",
                          width, ": ", line);
        }
      }
    }
  }
}

TEST_CASE("Console: the table drops the interval, then the budget, where there is no room") {
  model::RunReport report = load_record("leak");
  CHECK(line_with(show(report, 80), "per request  ") ==
        "  per request        kept  99.9 % interval  budget  detectable");
  CHECK(line_with(show(report, 64), "✗ heapUsed") ==
        "  ✗ heapUsed      88.02 B  87.9 to 88.14 B     4 B           –");
  CHECK(line_with(show(report, 50), "✗ heapUsed") ==
        "  ✗ heapUsed      88.02 B     4 B           –");
  CHECK(line_with(show(report, 40), "✗ heapUsed") == "  ✗ heapUsed      88.02 B           –");
}

TEST_CASE("Console: bytes per request are exact to the byte, levels are not") {
  model::RunReport report = load_record("leak");
  report.verdict->quantities[0].growth.bytes_per_request = 2243.6;
  report.verdict->quantities[0].growth.low = 2243.1;
  report.verdict->quantities[0].growth.high = 2246.4;
  CHECK(contains(line_with(show(report), "✗ heapUsed"), "2,244 B  2,243 to 2,246 B"));
  for (auto& cycle : report.cycles) cycle.post_gc.heap_used = Bytes{65'536};
  CHECK(contains(line_with(show(report), "after GC"), " 64.0 KB "));
}

TEST_CASE(
    "Console: about 25 lines, 20 more for routes and suspects, 20 for a finding, unless hostile") {
  for (const std::string& name : list_records()) {
    if (name == "hostile") continue;
    const model::RunReport report = load_record(name);
    const std::string text = show(report);
    const bool has_routes = report.verdict && !report.verdict->ablations.empty();
    const int most = 27 + (has_routes ? 20 : 0) + (report.explanation ? 20 : 0);
    CHECK_MESSAGE(std::count(text.begin(), text.end(), '\n') <= most, name);
  }
}

TEST_CASE("Console: nothing from the service reaches the terminal as a command") {
  const std::string plain = show(load_record("hostile"));
  for (const char c : plain) {
    const bool control = (c >= 0 && c < 0x20 && c != '\n') || c == 0x7f;
    CHECK_FALSE(control);
  }
  CHECK_FALSE(contains(plain, "\xc2\x9b"));
  CHECK_FALSE(contains(plain, "\u202e"));
  // In colour the only sequences are our own.
  std::string coloured = show(load_record("hostile"), 80, true);
  for (std::size_t at = 0; (at = coloured.find('\x1b', at)) != std::string::npos; ++at) {
    const std::size_t end = coloured.find_first_not_of("0123456789;", at + 2);
    CHECK(coloured[at + 1] == '[');
    CHECK(coloured[end] == 'm');
  }
}

TEST_CASE("Console: colours change nothing but colours") {
  const model::RunReport report = load_record("leak");
  std::string coloured = show(report, 80, true);
  CHECK(contains(coloured, "\x1b[1;31mLEAK\x1b[0m"));
  for (std::size_t at; (at = coloured.find('\x1b')) != std::string::npos;)
    coloured.erase(at, coloured.find('m', at) - at + 1);
  CHECK(coloured == show(report));
}

TEST_CASE("Console: a leak in Buffers draws the series of Buffers") {
  model::RunReport report = load_record("leak");
  report.verdict->culprit = model::Quantity::array_buffers;
  CHECK(contains(show(report), "arrayBuffers after GC"));
}

TEST_CASE("Console: a budget on bytes per request is not shown twice") {
  model::RunReport report = load_record("leak");
  report.verdict->budgets = {
      {"heapUsed per request", "4 B", "88 B", model::CheckState::failed, "m"}};
  report.verdict->thresholds.clear();
  CHECK_FALSE(contains(show(report), "heapUsed per request"));
  report.verdict->budgets[0].name = "rss per request";
  CHECK(contains(show(report), "✗ rss per request: 88 B, limit 4 B"));
}

TEST_CASE("Console: the next command can be pasted into a shell") {
  model::RunReport report;
  report.outcome.ending = model::Ending::inconclusive;
  report.scenario.file = "it's here/a.yaml";
  report.scenario.profile = "weekly";
  CHECK(contains(line_with(show(report), "next"),
                 "leakcheck run 'it'\\''s here/a.yaml' --profile weekly"));
  report.outcome.ending = model::Ending::scenario_wrong;
  CHECK(contains(show(report), "leakcheck validate 'it'\\''s here/a.yaml'"));
  report.outcome.ending = model::Ending::target_failed;
  report.target.stderr_log = "runs/a/stderr.log";
  CHECK(contains(show(report), "less runs/a/stderr.log"));
  report.scenario.file.clear();
  report.target.stderr_log.clear();
  CHECK(line_with(show(report), "next").empty());
}

TEST_CASE("Console: the service's last words are shown when it failed, and only then") {
  model::RunReport report = load_record("crashed");
  CHECK(contains(show(report), "the database went away"));
  report.outcome.ending = model::Ending::clean;
  CHECK_FALSE(contains(show(report), "the database went away"));
}

TEST_CASE("Console: numbers that are not known are said so") {
  model::RunReport report = load_record("leak");
  auto& growth = report.verdict->quantities[0].growth;
  growth.low = growth.high = growth.confidence = std::numeric_limits<double>::quiet_NaN();
  report.verdict->quantities[0].budget_per_request = std::numeric_limits<double>::infinity();
  const std::string text = show(report);
  CHECK(contains(line_with(text, "✗ heapUsed"), "not known"));
  CHECK_FALSE(contains(text, "nan"));
  CHECK_FALSE(contains(text, "inf "));
}
