#include "harness/cli/judge_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>

#include "harness/base/file.hpp"
#include "harness/cli/exit_code.hpp"
#include "harness/cli/surroundings.hpp"
#include "harness/scenario/units.hpp"
#include "harness/series/log_reader.hpp"
#include "harness/verdict/judge_over_time.hpp"
#include "reporters/judge_console.hpp"

namespace leakcheck::cli {
namespace {

using model::Ending;
using model::TimeAnswer;

Result<verdict::TimeSettings> read_settings(const JudgeArguments& arguments) {
  verdict::TimeSettings settings;
  const auto growth = scenario::parse_percent(arguments.growth);
  if (!growth || *growth <= 0)
    return fail(ErrorKind::usage, "--growth " + arguments.growth + " is no percentage",
                "write it with its sign: 15%");
  const auto over = scenario::parse_duration(arguments.over);
  if (!over || over->count() <= 0)
    return fail(ErrorKind::usage, "--over " + arguments.over + " is no length of time",
                "write it with its unit: 30m, 6h");
  settings.growth_percent = *growth;
  settings.over_s = static_cast<double>(over->count()) / 1000;
  settings.post_gc = arguments.post_gc;
  return settings;
}

Ending ending_of(const model::SeriesVerdict& verdict) {
  switch (verdict.answer) {
    case TimeAnswer::leak:
    case TimeAnswer::buffer_growth:
      return Ending::leak;
    case TimeAnswer::clean:
    case TimeAnswer::bounded:
    case TimeAnswer::native_growth:
    case TimeAnswer::inconclusive:
      break;
  }
  if (verdict.rule.state == model::CheckState::failed) return Ending::budget_exceeded;
  const bool good = verdict.answer == TimeAnswer::clean || verdict.answer == TimeAnswer::bounded;
  return good ? Ending::clean : Ending::inconclusive;
}

/// That of the series that matters most: a leak, a limit that is exceeded, one that is not sure.
model::Outcome conclude(const std::vector<model::SeriesVerdict>& series) {
  constexpr std::array kOrder = {Ending::leak, Ending::budget_exceeded, Ending::inconclusive,
                                 Ending::clean};
  for (const Ending ending : kOrder) {
    const auto is_that = [&](const auto& verdict) { return ending_of(verdict) == ending; };
    const auto first = std::find_if(series.begin(), series.end(), is_that);
    if (first == series.end()) continue;
    if (series.size() == 1) return {ending, first->reason, first->hint};
    const auto count = std::count_if(series.begin(), series.end(), is_that);
    return {ending,
            fmt::format("{} of {} series: {}; the first is {}", count, series.size(),
                        model::to_string(ending), first->name),
            first->hint};
  }
  return {};
}

int refuse(const Error& error, Ending ending) {
  print_error(error.message, error.hint);
  return exit_code(ending);
}

}  // namespace

int judge_series(const JudgeArguments& arguments) {
  const auto settings = read_settings(arguments);
  if (!settings) return refuse(settings.error(), Ending::usage_wrong);
  if (!arguments.json.empty())
    if (const auto writable = check_writable(arguments.json); !writable)
      return refuse(writable.error(), Ending::report_failed);
  const auto log = series::load_log(arguments.series, series::parse_format(arguments.format));
  if (!log) return refuse(log.error(), Ending::usage_wrong);

  model::JudgeReport report;
  report.leakcheck_version = LEAKCHECK_VERSION;
  report.file = arguments.series == "-" ? "-" : shown_path(arguments.series).string();
  report.format = log->format;
  report.calendar_time = log->calendar_time;
  report.growth_percent = settings->growth_percent;
  report.over_ms = settings->over_s * 1000;
  report.notes = log->notes;
  for (const auto& each : log->series)
    report.series.push_back(verdict::judge_over_time(*settings, each));
  report.outcome = conclude(report.series);

  if (!(arguments.quiet && report.outcome.ending == Ending::clean))
    std::cout << reporters::render_judge_console(
                     report,
                     {wants_color(arguments.color, STDOUT_FILENO), terminal_width(STDOUT_FILENO)})
              << std::flush;
  std::vector<Ending> endings = {report.outcome.ending};
  if (!arguments.json.empty())
    if (const auto written = write_file(arguments.json, model::render_judge_report(report));
        !written) {
      print_error(written.error().message, written.error().hint);
      endings.push_back(Ending::report_failed);
    }
  return exit_code(endings);
}

}  // namespace leakcheck::cli
