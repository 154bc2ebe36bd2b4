#include "harness/cli/heap_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <system_error>

#include "harness/base/file.hpp"
#include "harness/cli/exit_code.hpp"
#include "harness/cli/surroundings.hpp"
#include "harness/heap/redact.hpp"

namespace leakcheck::cli {
namespace {

using model::Ending;

int refuse(const Error& error, Ending ending) {
  print_error(error.message, error.hint);
  return exit_code(ending);
}

Ending ending_of_redacting(ErrorKind kind) {
  if (kind == ErrorKind::usage) return Ending::usage_wrong;
  return kind == ErrorKind::report ? Ending::report_failed : Ending::target_failed;
}

Result<void> check_files(const HeapArguments& arguments) {
  if (std::count(arguments.files.begin(), arguments.files.end(), "-") > 1)
    return fail(ErrorKind::usage, "stdin can be read once only", "give one of the files its name");
  return {};
}

/// Before anything is read: what cannot be written is found at once.
Result<void> check_reports(const HeapArguments& arguments) {
  if (arguments.json.empty()) return {};
  for (const auto& file : arguments.files) {
    std::error_code error;  // one that is not there is no file of both
    if (std::filesystem::equivalent(file, arguments.json, error))
      return fail(ErrorKind::report,
                  "the report would be written over the snapshot " + file.string(),
                  "give --json a file of its own");
  }
  if (!arguments.redact.empty() && std::filesystem::absolute(arguments.redact).lexically_normal() ==
                                       std::filesystem::absolute(arguments.json).lexically_normal())
    return fail(ErrorKind::report,
                "the report would be written over the copy " + arguments.redact.string(),
                "give --json a file of its own");
  return check_writable(arguments.json);
}

}  // namespace

int run_heap_command(const HeapArguments& arguments,
                     const std::function<HeapTexts(const std::vector<heap::Snapshot>&,
                                                   const explain::DescribeOptions&,
                                                   const reporters::HeapStyle&)>& describe) {
  explain::DescribeOptions options;
  const auto ids = parse_ids(arguments.paths);
  if (!ids) return refuse(ids.error(), Ending::usage_wrong);
  options.object_ids = *ids;
  options.most_named = std::max(options.most_named, static_cast<std::size_t>(arguments.top));
  if (const auto files = check_files(arguments); !files)
    return refuse(files.error(), Ending::usage_wrong);
  if (const auto reports = check_reports(arguments); !reports)
    return refuse(reports.error(), Ending::report_failed);

  if (!arguments.redact.empty())
    if (const auto done = heap::redact_snapshot(arguments.files.front(), arguments.redact); !done)
      return refuse(done.error(), ending_of_redacting(done.error().kind));

  const SteadyClock clock;
  LiveProgress progress({::isatty(STDERR_FILENO) == 1, wants_color(arguments.color, STDERR_FILENO),
                         terminal_width(STDERR_FILENO)},
                        clock);
  const auto snapshots = open_snapshots(arguments.files, arguments.quiet ? nullptr : &progress);
  progress.clear();
  if (!snapshots) return refuse(snapshots.error(), Ending::target_failed);
  if (const auto found = check_ids(*ids, *snapshots, arguments.files); !found)
    return refuse(found.error(), Ending::usage_wrong);

  reporters::HeapStyle style;
  style.console = {wants_color(arguments.color, STDOUT_FILENO), terminal_width(STDOUT_FILENO)};
  style.top = static_cast<std::size_t>(arguments.top);
  style.filter = arguments.filter;
  if (!arguments.quiet)
    progress.show(model::HeapProgress{shown_path(arguments.files.back()).string(), 0, 0,
                                      "looking for leaks"});
  const HeapTexts texts = describe(*snapshots, options, style);
  progress.clear();
  std::cout << texts.console << std::flush;
  const bool is_shown = std::cout.good();
  if (!is_shown) print_error("the report cannot be printed", "is the disk of stdout full?");
  if (!arguments.json.empty())
    if (const auto written = write_file(arguments.json, texts.json); !written)
      return refuse(written.error(), Ending::report_failed);
  return exit_code(is_shown ? Ending::clean : Ending::report_failed);
}

}  // namespace leakcheck::cli
