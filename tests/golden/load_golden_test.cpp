#include <doctest/doctest.h>

#include <sstream>

#include "reporters/code_points.hpp"
#include "reporters/reporters.hpp"
#include "tests/golden/check_golden.hpp"
#include "tests/golden/load_reports.hpp"

using namespace leakcheck;

TEST_CASE("Golden: the table of every load, in colour too, and in a narrow terminal") {
  for (const auto& [name, report] : list_load_reports())
    check_golden("load_" + name + ".console.txt",
                 reporters::render_load_console(report, {false, 200}));
  const auto report = list_load_reports()[1].second;
  check_golden("load_open_model.colour.console.txt",
               reporters::render_load_console(report, {true, 80}));
  check_golden("load_open_model.narrow.console.txt",
               reporters::render_load_console(report, {false, 40}));
}

TEST_CASE("Golden: the load report's JSON") {
  for (const auto& [name, report] : list_load_reports())
    check_golden("load_" + name + ".load.json", model::render_load_report(report));
}

TEST_CASE("Load table: no line is wider than 80 columns, but for the path of the folder") {
  for (const auto& [name, report] : list_load_reports())
    for (const int width : {40, 60, 80, 200}) {
      std::istringstream lines(reporters::render_load_console(report, {false, width}));
      for (std::string line; std::getline(lines, line);)
        if (line.rfind("  folder", 0) != 0)
          CHECK_MESSAGE(reporters::display_width(line) <= std::min(width, 80), name, ": ", line);
    }
}

TEST_CASE("Load line: how far, how many, how fast, how many failed; never wider than asked") {
  model::LoadProgress progress{1234, 0.5, 0, 0, 0};
  CHECK(reporters::render_load_line(progress, {false, 80}) == "starts  1.2 s");
  progress.requests = 12'345;
  progress.failed = 3;
  progress.requests_per_second = 9'999.6;
  CHECK(reporters::render_load_line(progress, {false, 80}) ==
        "50 %    12,345 requests  10,000/s  3 failed  1.2 s");
  for (int width = 0; width <= 60; ++width)
    CHECK(reporters::display_width(reporters::render_load_line(progress, {false, width})) <= width);
}
