#include "harness/cli/cli.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "harness/cli/diff_command.hpp"
#include "harness/cli/exit_code.hpp"
#include "harness/cli/judge_command.hpp"
#include "harness/cli/load_command.hpp"
#include "harness/cli/run_command.hpp"
#include "harness/cli/snapshot_command.hpp"
#include "harness/cli/surroundings.hpp"
#include "harness/scenario/reader.hpp"

namespace leakcheck::cli {
namespace {

constexpr const char* kFooter = R"(
Exit codes:
  0    clean: no memory is kept per request, every budget holds
  1    a leak, or a budget or threshold is exceeded
  2    the command line or the scenario is wrong
  3    the service failed: not found, never ready, died, hangs, or runs without the agent
  4    the load is invalid: too many requests failed, so memory was not judged
  5    inconclusive: the run could not tell; the report says what would make it sure
  6    a report could not be written
  70   an internal error of leakcheck
  130  interrupted (Ctrl-C); 143 terminated
)";

constexpr const char* kLoadFooter = R"(
Exit codes:
  0    every threshold holds
  1    a threshold is exceeded
  2    the command line or the scenario is wrong
  3    the service failed: not found, never ready, died, or nobody is at --url
  4    too many requests failed, or the setup did
  5    load.max came before all of --requests were sent
  6    the report could not be written
  130  interrupted (Ctrl-C), 143 terminated: the table of what was measured is printed
)";

constexpr const char* kJudgeFooter = R"(
SERIES is a log of process.memoryUsage(): JSON lines, CSV, or the answer of a Prometheus range
query. What is judged is what heapUsed comes down to after collections, found from its sawtooth.

Exit codes:
  0    it does not climb, or it climbed and stopped
  1    it climbs without slowing down, or by more than --growth in any --over
  2    the command line is wrong, or the log cannot be read
  5    inconclusive: the log cannot tell; the report says what would
  6    the report could not be written
)";

constexpr const char* kSnapshotFooter = R"(
FILE is a .heapsnapshot of Node.js 18 to 26 or Chrome, also compressed with zstd; a pipe, or - for
stdin. Rows are those of DevTools' Summary. This shows, it does not judge: a leak is no failure.

The copy of --redact opens in DevTools and here as the original does. In it are still the names of
classes, functions, scripts, symbols, variables and properties, and so the keys of an object that is
used as a dictionary. FILE is no pipe then, and the copy is for its owner only (0600).

Exit codes:
  0    it was shown
  2    the command line is wrong, or no object has the id
  3    the snapshot cannot be read: not there, cut off, no snapshot
  6    a file could not be written
)";

constexpr const char* kDiffFooter = R"(
The snapshots are of one process, in the order they were taken, by one inspector session that stayed
open: only then do V8's ids hold. If they don't, classes alone are compared, and the report says so.
Rows are those of DevTools' Comparison. This shows, it does not judge: growth is no failure.

Exit codes:
  0    it was shown
  2    the command line is wrong, or no object has the id
  3    a snapshot cannot be read: not there, cut off, no snapshot
  6    a file could not be written
)";

void add_color(CLI::App* command, std::string& color) {
  command->add_option("--color", color, "Colours: auto, always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
}

void add_scenarios(CLI::App* command, std::vector<std::filesystem::path>& scenarios,
                   std::string& profile) {
  command->add_option("scenario", scenarios, "Scenario files (YAML)")->required();
  command->add_option("--profile", profile, "Apply this profile of the scenario");
}

CLI::App* add_run(CLI::App& app, RunArguments& arguments) {
  CLI::App* run =
      app.add_subcommand("run", "Launch the service, load it, judge its memory, write the reports");
  add_scenarios(run, arguments.scenarios, arguments.profile);
  run->add_option("--out", arguments.out,
                  "Folder for the logs and the run record "
                  "(default: .leakcheck/runs/<name>-<time>)");
  run->add_option("--json", arguments.json, "Also write the run record to this file");
  run->add_option("--junit", arguments.junit, "Also write JUnit XML to this file");
  run->add_flag("-q,--quiet", arguments.quiet, "No live progress, and nothing for a clean run");
  add_color(run, arguments.color);
  run->footer(kFooter);
  return run;
}

CLI::App* add_load(CLI::App& app, LoadArguments& arguments) {
  CLI::App* load = app.add_subcommand(
      "load", "Only the load: launch the service, or take one that runs, and measure its answers");
  load->add_option("scenario", arguments.scenario, "Scenario file (YAML)")->required();
  load->add_option("--profile", arguments.profile, "Apply this profile of the scenario");
  load->add_option("--url", arguments.url,
                   "A service that runs already: nothing is launched, nothing is stopped");
  auto* duration = load->add_option("--duration", arguments.duration,
                                    "For so long (default: 10s, or all phases once)");
  load->add_option("--requests", arguments.requests, "So many requests, within load.max")
      ->excludes(duration)
      ->check(CLI::Range(1, 2'000'000'000));
  load->add_option("--vus", arguments.vus, "Virtual users, in place of load.vus")
      ->check(CLI::Range(1, 1'000'000));
  load->add_option("--arrival-rate", arguments.arrival_rate,
                   "Iterations per second, in place of load.arrivalRate and load.phases")
      ->check(CLI::Range(1e-3, 1e6));
  load->add_flag("--full-path", arguments.full_path,
                 "Send everything by libcurl's whole client, for comparison");
  load->add_option("--out", arguments.out,
                   "Folder for the logs and the load report of what is launched "
                   "(default: .leakcheck/runs/<name>-<time>)");
  load->add_option("--json", arguments.json, "Also write the load report to this file");
  load->add_flag("-q,--quiet", arguments.quiet, "No live line, and nothing when it passed");
  add_color(load, arguments.color);
  load->footer(kLoadFooter);
  return load;
}

CLI::App* add_judge(CLI::App& app, JudgeArguments& arguments) {
  CLI::App* judge = app.add_subcommand(
      "judge", "Judge a log of process.memoryUsage(): memory against time, without a run");
  judge->add_option("series", arguments.series, "Log file; - for stdin")->required();
  judge->add_option("--growth", arguments.growth, "Climb that fails")->capture_default_str();
  judge->add_option("--over", arguments.over, "In so long, wherever in the log")
      ->capture_default_str();
  judge
      ->add_option("--format", arguments.format,
                   "json-lines, csv or prometheus (default: the content tells)")
      ->check(CLI::IsMember({"json-lines", "csv", "prometheus"}));
  judge->add_flag("--post-gc", arguments.post_gc, "Every heapUsed was read after a collection");
  judge->add_option("--json", arguments.json, "Also write the judge report to this file");
  judge->add_flag("-q,--quiet", arguments.quiet, "Nothing when it is clean");
  add_color(judge, arguments.color);
  judge->footer(kJudgeFooter);
  return judge;
}

void add_heap_options(CLI::App* command, HeapArguments& arguments) {
  command->add_option("--top", arguments.top, "Rows of a table")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--filter", arguments.filter,
                      "Only rows whose name holds this text, whatever its case");
  command
      ->add_option("--path", arguments.paths,
                   "What holds the object with this id (@72521); may be given again")
      ->allow_extra_args(false);
  command->add_option("--json", arguments.json, "Also write the report to this file, all rows");
  command->add_flag("-q,--quiet", arguments.quiet, "No live progress");
  add_color(command, arguments.color);
}

CLI::App* add_snapshot(CLI::App& app, HeapArguments& arguments) {
  CLI::App* snapshot = app.add_subcommand(
      "snapshot", "Show a heap snapshot: what looks like a leak, classes, what holds an object");
  snapshot->add_option("file", arguments.files, "Heap snapshot; - for stdin")
      ->required()
      ->expected(1);
  snapshot->add_option("--redact", arguments.redact,
                       "Also write a copy to this file in which the contents of strings, numbers "
                       "and patterns are replaced");
  add_heap_options(snapshot, arguments);
  snapshot->footer(kSnapshotFooter);
  return snapshot;
}

CLI::App* add_diff(CLI::App& app, HeapArguments& arguments) {
  CLI::App* diff = app.add_subcommand(
      "diff", "Compare heap snapshots of one process: what leaks, what is new, what grew");
  diff->add_option("files", arguments.files, "Two heap snapshots or more, the oldest first")
      ->required()
      ->expected(2, 1000);
  add_heap_options(diff, arguments);
  diff->footer(kDiffFooter);
  return diff;
}

int run_command(int argc, char** argv) {
  CLI::App app("leakcheck: catches a Node.js memory leak before it ships, and names it",
               "leakcheck");
  app.set_version_flag("--version", std::string("leakcheck ") + LEAKCHECK_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);

  RunArguments arguments;
  const CLI::App* run = add_run(app, arguments);

  LoadArguments load_arguments;
  const CLI::App* load = add_load(app, load_arguments);

  JudgeArguments judge_arguments;
  const CLI::App* judge = add_judge(app, judge_arguments);

  HeapArguments snapshot_arguments;
  const CLI::App* snapshot = add_snapshot(app, snapshot_arguments);

  HeapArguments diff_arguments;
  const CLI::App* diff = add_diff(app, diff_arguments);

  std::vector<std::filesystem::path> to_validate;
  std::string profile;
  CLI::App* validate =
      app.add_subcommand("validate", "Check scenario files and print every problem at once");
  add_scenarios(validate, to_validate, profile);

  const CLI::App* schema =
      app.add_subcommand("schema", "Print the JSON Schema of scenario files, for editors");

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ParseError& error) {
    print_error(error.what(), "see leakcheck --help");
    return exit_code(model::Ending::usage_wrong);
  }

  if (run->parsed()) return run_scenarios(arguments);
  if (load->parsed()) return load_scenario(load_arguments);
  if (judge->parsed()) return judge_series(judge_arguments);
  if (snapshot->parsed()) return show_snapshot(snapshot_arguments);
  if (diff->parsed()) return show_diff(diff_arguments);
  if (validate->parsed()) return validate_scenarios(to_validate, profile);
  if (schema->parsed()) std::cout << scenario::schema();
  return 0;
}

}  // namespace

int run_cli(int argc, char** argv) {
  try {
    return run_command(argc, argv);
  } catch (const std::exception& error) {
    // Only bugs and a machine without memory or descriptors come here; a child's owner has
    // already ended it on the way out.
    print_error(std::string("internal error: ") + error.what(),
                "please report it with the command line and the scenario");
    return exit_code(model::Ending::internal_error);
  }
}

}  // namespace leakcheck::cli
