#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "reporters/code_points.hpp"
#include "reporters/diff_console.hpp"
#include "reporters/finding_lines.hpp"
#include "reporters/snapshot_console.hpp"
#include "tests/golden/check_golden.hpp"
#include "tests/golden/heap_reports.hpp"

using namespace leakcheck;

namespace {

reporters::HeapStyle style_of(int width, bool color = false) {
  reporters::HeapStyle style;
  style.console = {color, width};
  return style;
}

void check_width(const std::string& name, const std::string& text, int width) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("  next", 0) != 0)
      CHECK_MESSAGE(reporters::display_width(line) <= std::min(width, 100), name, ": ", line);
}

}  // namespace

TEST_CASE("Golden: snapshots on the console, in colour too, and in a narrow terminal") {
  for (const auto& [name, report] : list_snapshot_reports())
    check_golden("snapshot_" + name + ".console.txt",
                 reporters::render_snapshot_console(report, style_of(200)));
  const auto report = list_snapshot_reports()[1].second;
  check_golden("snapshot_suspects.colour.console.txt",
               reporters::render_snapshot_console(report, style_of(100, true)));
  check_golden("snapshot_suspects.narrow.console.txt",
               reporters::render_snapshot_console(report, style_of(40)));
}

TEST_CASE("Golden: differences on the console, in colour too, and in a narrow terminal") {
  for (const auto& [name, report] : list_diff_reports())
    check_golden("diff_" + name + ".console.txt",
                 reporters::render_diff_console(report, style_of(200)));
  const auto report = list_diff_reports()[1].second;
  check_golden("diff_series.colour.console.txt",
               reporters::render_diff_console(report, style_of(100, true)));
  check_golden("diff_series.narrow.console.txt",
               reporters::render_diff_console(report, style_of(40)));
}

TEST_CASE("Golden: the JSON of snapshot and diff reports") {
  for (const auto& [name, report] : list_snapshot_reports())
    check_golden("snapshot_" + name + ".snapshot.json", model::render_snapshot_report(report));
  for (const auto& [name, report] : list_diff_reports())
    check_golden("diff_" + name + ".diff.json", model::render_diff_report(report));
}

TEST_CASE("Heap reports: no line is wider than 100 columns, or than the terminal") {
  for (const int width : {40, 60, 80, 100, 200}) {
    for (const auto& [name, report] : list_snapshot_reports())
      check_width(name, reporters::render_snapshot_console(report, style_of(width)), width);
    for (const auto& [name, report] : list_diff_reports())
      check_width(name, reporters::render_diff_console(report, style_of(width)), width);
  }
}

TEST_CASE("Heap reports: a finding takes at most 25 lines, whatever it holds") {
  for (const auto& [name, report] : list_diff_reports())
    for (const auto& finding : report.findings)
      for (const int width : {40, 100}) {
        const reporters::Paint paint(false);
        reporters::Page page(paint, width, reporters::kHeapLabelWidth);
        reporters::add_finding(page, finding);
        const std::string text = page.text();
        CHECK_MESSAGE(std::count(text.begin(), text.end(), '\n') - 1 <= 25, name, ": ", text);
      }
}

TEST_CASE("Heap reports: --filter leaves the rows that hold the text, whatever its case") {
  auto style = style_of(100);
  style.filter = "uSER";
  const auto text = reporters::render_snapshot_console(list_snapshot_reports()[0].second, style);
  CHECK(text.find("User  src/user.ts:3:1") != std::string::npos);
  CHECK(text.find("(string)") == std::string::npos);
  CHECK(text.find("duplicated strings") == std::string::npos);
}

TEST_CASE("Heap reports: --top is the number of rows, and the rest is counted") {
  auto style = style_of(100);
  style.top = 1;
  const auto text = reporters::render_snapshot_console(list_snapshot_reports()[0].second, style);
  CHECK(text.find("and 3 more") != std::string::npos);
  CHECK(text.find("(string)") == std::string::npos);
}

TEST_CASE("Heap line: file and share, never wider than asked") {
  model::HeapProgress progress{"a.heapsnapshot", 60'000'000, 120'000'000, ""};
  CHECK(reporters::render_heap_line(progress, {false, 80}) == "a.heapsnapshot  50 % of 114.4 MB");
  for (int width = 0; width <= 40; ++width)
    CHECK(reporters::display_width(reporters::render_heap_line(progress, {false, width})) <= width);
  progress.total_bytes = 0;
  CHECK(reporters::render_heap_line(progress, {false, 80}) == "a.heapsnapshot  57.2 MB read");
  progress.step = "finding what holds what";
  CHECK(reporters::render_heap_line(progress, {false, 80}) ==
        "a.heapsnapshot  finding what holds what");
}
