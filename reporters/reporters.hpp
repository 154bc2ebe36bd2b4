#pragma once

#include <string>
#include <vector>

#include "harness/model/load_report.hpp"
#include "harness/model/progress.hpp"
#include "harness/model/run_report.hpp"

/// Pure renderers: a run report in, text out. Nothing here writes, prints or asks the time.
namespace leakcheck::reporters {

struct ConsoleStyle {
  bool color = false;  ///< ANSI colours
  int width = 80;      ///< columns
};

/// The end of a run for a person: verdict, numbers, sparkline, the next command to type.
std::string render_console(const model::RunReport& report, const ConsoleStyle& style);

/// One line of live progress, without a line feed; never wider than the style's width.
std::string render_progress_line(const model::Progress& progress, const ConsoleStyle& style);

/// The table of a load without a verdict: totals, latencies, what failed, and what makes the
/// numbers doubtful.
std::string render_load_console(const model::LoadReport& report, const ConsoleStyle& style);

/// The same live, as one line like that of a run.
std::string render_load_line(const model::LoadProgress& progress, const ConsoleStyle& style);

/// The run record of one run, or a JSON array of several.
std::string render_json(const std::vector<model::RunReport>& reports);

/// JUnit XML: a suite per scenario, a testcase per verdict, budget and threshold.
/// `dialect` is "default", "jenkins" or "ant".
std::string render_junit(const std::vector<model::RunReport>& reports, const std::string& dialect);

}  // namespace leakcheck::reporters
