#include "harness/cli/run_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "harness/base/file.hpp"
#include "harness/cli/exit_code.hpp"
#include "harness/cli/live_progress.hpp"
#include "harness/cli/report_files.hpp"
#include "harness/cli/run_folder.hpp"
#include "harness/cli/signals.hpp"
#include "harness/cli/surroundings.hpp"
#include "harness/run/run.hpp"
#include "reporters/reporters.hpp"

namespace leakcheck::cli {
namespace {

namespace fs = std::filesystem;

void add_files_of_command_line(model::Scenario& scenario, const RunArguments& arguments) {
  const auto add = [&](model::ReporterSpec::Kind kind, const fs::path& path) {
    if (path.empty()) return;
    model::ReporterSpec spec;
    spec.kind = kind;
    spec.path = fs::absolute(path);
    scenario.reporters.push_back(spec);
  };
  add(model::ReporterSpec::Kind::json, arguments.json);
  add(model::ReporterSpec::Kind::junit, arguments.junit);
}

/// A report for a run that could not even begin.
model::RunReport render_not_run(const model::Scenario& scenario, const Error& error) {
  model::RunReport report;
  report.leakcheck_version = LEAKCHECK_VERSION;
  report.started_at = format_utc(std::chrono::system_clock::now());
  report.scenario.name = scenario.name;
  report.scenario.file = scenario.file.string();
  report.scenario.profile = scenario.profile;
  report.scenario.mode = scenario.mode;
  report.outcome = {model::Ending::report_failed, error.message, error.hint};
  return report;
}

bool has_console(const model::Scenario& scenario) {
  for (const auto& spec : scenario.reporters)
    if (spec.kind == model::ReporterSpec::Kind::console) return true;
  return false;
}

/// Prints the errors of report files, and tells whether there were any.
bool print_report_errors(const std::vector<Error>& errors) {
  for (const Error& error : errors) print_error(error.message, error.hint);
  return !errors.empty();
}

model::RunReport run_one(const model::Scenario& scenario, const RunArguments& arguments,
                         bool several, int signal_fd) {
  const auto now = std::chrono::system_clock::now();
  const fs::path runs = fs::path(".leakcheck") / "runs";
  run::Options options;
  options.leakcheck_version = LEAKCHECK_VERSION;
  options.started_at = format_utc(now);
  if (arguments.out.empty()) {
    hide_from_git(runs);
    options.run_folder = choose_run_folder(runs, scenario.name, now);
  } else {
    options.run_folder =
        several ? choose_run_folder(arguments.out, scenario.name, now) : arguments.out;
  }

  const SteadyClock clock;
  LiveProgress progress({::isatty(STDERR_FILENO) == 1, wants_color(arguments.color, STDERR_FILENO),
                         terminal_width(STDERR_FILENO)},
                        clock);
  run::Control control;
  control.signal_fd = signal_fd;
  if (!arguments.quiet)
    control.on_progress = [&](const model::Progress& event) { progress.show(event); };
  model::RunReport report = run::run_scenario(scenario, options, control);
  if (report.explanation) shorten_places(report.explanation->findings);
  // The record stays with the logs, whatever reports were asked for.
  if (auto written =
          write_file(options.run_folder / "run.json", model::render_run_record(report), 0600);
      !written)
    report.notes.push_back("the run record could not be kept: " + written.error().message);
  return report;
}

}  // namespace

int run_scenarios(const RunArguments& arguments) {
  auto scenarios = load_all(arguments.scenarios, arguments.profile);
  if (!scenarios) return exit_code(model::Ending::scenario_wrong);

  ReportFiles files;
  for (model::Scenario& scenario : *scenarios) {
    add_files_of_command_line(scenario, arguments);
    scenario.file = shown_path(scenario.file);
    for (const auto& spec : scenario.reporters) files.add(spec);
  }
  if (const auto writable = files.check(); !writable) {
    print_error(writable.error().message, writable.error().hint);
    for (const model::Scenario& scenario : *scenarios)
      files.take(render_not_run(scenario, writable.error()), scenario.reporters);
    (void)files.write();  // those that can be written say why there is no result
    return exit_code(model::Ending::report_failed);
  }

  const SignalWatch signals;
  const reporters::ConsoleStyle style{wants_color(arguments.color, STDOUT_FILENO),
                                      terminal_width(STDOUT_FILENO)};
  std::vector<model::Ending> endings;
  for (const model::Scenario& scenario : *scenarios) {
    const model::RunReport report =
        run_one(scenario, arguments, scenarios->size() > 1, signals.fd());
    endings.push_back(report.outcome.ending);
    files.take(report, scenario.reporters);
    const bool quiet = arguments.quiet && report.outcome.ending == model::Ending::clean;
    if (has_console(scenario) && !quiet)
      std::cout << reporters::render_console(report, style) << std::flush;
    if (endings.back() == model::Ending::interrupted || endings.back() == model::Ending::terminated)
      break;
  }
  if (print_report_errors(files.write())) endings.push_back(model::Ending::report_failed);
  return exit_code(endings);
}

int validate_scenarios(const std::vector<fs::path>& paths, const std::string& profile) {
  const auto scenarios = load_all(paths, profile);
  if (!scenarios) return exit_code(model::Ending::scenario_wrong);
  for (const model::Scenario& scenario : *scenarios)
    fmt::print("{}: valid\n", shown_path(scenario.file).string());
  return 0;
}

}  // namespace leakcheck::cli
