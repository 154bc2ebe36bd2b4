#include "harness/cli/load_command.hpp"

#include <unistd.h>

#include <iostream>

#include "harness/base/file.hpp"
#include "harness/cli/exit_code.hpp"
#include "harness/cli/live_progress.hpp"
#include "harness/cli/run_folder.hpp"
#include "harness/cli/signals.hpp"
#include "harness/cli/surroundings.hpp"
#include "harness/run/load_run.hpp"
#include "harness/scenario/units.hpp"
#include "reporters/reporters.hpp"

namespace leakcheck::cli {
namespace {

namespace fs = std::filesystem;

/// As autocannon has it.
constexpr std::chrono::seconds kDuration{10};

Result<run::LoadOrder> read_order(const LoadArguments& arguments, const model::Scenario& scenario) {
  run::LoadOrder order;
  order.url = arguments.url;
  order.full_path_only = arguments.full_path;
  order.requests = arguments.requests;
  const bool has_phases = !scenario.load.phases.empty();
  if (order.requests && has_phases)
    return fail(ErrorKind::usage, "--requests: load.phases already says how many there are",
                "leave --requests out, or give --arrival-rate in place of the phases");
  if (!arguments.duration.empty()) {
    const auto duration = scenario::parse_duration(arguments.duration);
    if (!duration || *duration <= duration->zero())
      return fail(ErrorKind::usage, "--duration " + arguments.duration + " is no length of time",
                  "write it with its unit: 500ms, 10s, 2m");
    order.duration = *duration;
  } else if (!order.requests && !has_phases) {
    order.duration = kDuration;
  }
  return order;
}

void apply(const LoadArguments& arguments, model::Scenario& scenario) {
  scenario.file = shown_path(scenario.file);
  if (arguments.vus) scenario.load.vus = *arguments.vus;
  if (arguments.arrival_rate) {
    scenario.load.arrival_rate = arguments.arrival_rate;
    scenario.load.ramp_to.reset();
    scenario.load.phases.clear();
  }
}

run::Options make_options(const LoadArguments& arguments, const model::Scenario& scenario) {
  const auto now = std::chrono::system_clock::now();
  run::Options options;
  options.leakcheck_version = LEAKCHECK_VERSION;
  options.started_at = format_utc(now);
  if (!arguments.url.empty()) return options;  // no process of ours, so no logs
  options.run_folder = arguments.out;
  if (arguments.out.empty()) {
    const fs::path runs = fs::path(".leakcheck") / "runs";
    hide_from_git(runs);
    options.run_folder = choose_run_folder(runs, scenario.name, now);
  }
  return options;
}

model::LoadReport run_one(const LoadArguments& arguments, const run::LoadOrder& order,
                          const model::Scenario& scenario, int signal_fd) {
  const SteadyClock clock;
  LiveProgress progress({::isatty(STDERR_FILENO) == 1, wants_color(arguments.color, STDERR_FILENO),
                         terminal_width(STDERR_FILENO)},
                        clock);
  run::LoadControl control;
  control.signal_fd = signal_fd;
  // In a pipe nobody looks: then nothing is worked out for it either.
  if (!arguments.quiet && ::isatty(STDERR_FILENO) == 1)
    control.on_progress = [&](const model::LoadProgress& event) { progress.show(event); };
  const run::Options options = make_options(arguments, scenario);
  model::LoadReport report = run::run_load(scenario, order, options, control);
  if (report.run_folder.empty()) return report;
  if (auto written =
          write_file(options.run_folder / "load.json", model::render_load_report(report), 0600);
      !written)
    report.notes.push_back("the load report could not be kept: " + written.error().message);
  return report;
}

int refuse(const Error& error, model::Ending ending) {
  print_error(error.message, error.hint);
  return exit_code(ending);
}

}  // namespace

int load_scenario(const LoadArguments& arguments) {
  auto scenarios = load_all({arguments.scenario}, arguments.profile);
  if (!scenarios) return exit_code(model::Ending::scenario_wrong);
  model::Scenario& scenario = scenarios->front();
  apply(arguments, scenario);
  const auto order = read_order(arguments, scenario);
  if (!order) return refuse(order.error(), model::Ending::usage_wrong);
  if (!arguments.json.empty())
    if (const auto writable = check_writable(arguments.json); !writable)
      return refuse(writable.error(), model::Ending::report_failed);

  const SignalWatch signals;
  const model::LoadReport report = run_one(arguments, *order, scenario, signals.fd());
  if (!(arguments.quiet && report.outcome.ending == model::Ending::clean))
    std::cout << reporters::render_load_console(
                     report,
                     {wants_color(arguments.color, STDOUT_FILENO), terminal_width(STDOUT_FILENO)})
              << std::flush;
  std::vector<model::Ending> endings = {report.outcome.ending};
  if (!arguments.json.empty())
    if (const auto written = write_file(arguments.json, model::render_load_report(report));
        !written) {
      print_error(written.error().message, written.error().hint);
      endings.push_back(model::Ending::report_failed);
    }
  return exit_code(endings);
}

}  // namespace leakcheck::cli
