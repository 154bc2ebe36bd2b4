#include "harness/cli/snapshot_command.hpp"

#include <system_error>

#include "harness/cli/exit_code.hpp"
#include "harness/cli/heap_command.hpp"
#include "harness/cli/surroundings.hpp"
#include "harness/heap/redact.hpp"
#include "reporters/snapshot_console.hpp"

namespace leakcheck::cli {
namespace {

model::Ending ending_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return model::Ending::usage_wrong;
    case ErrorKind::report:
      return model::Ending::report_failed;
    default:
      return model::Ending::target_failed;
  }
}

}  // namespace

int show_snapshot(const HeapArguments& arguments) {
  if (!arguments.redact.empty()) {
    const auto done = heap::redact_snapshot(arguments.files.front(), arguments.redact);
    if (!done) {
      print_error(done.error().message, done.error().hint);
      return exit_code(ending_of(done.error().kind));
    }
  }
  return run_heap_command(
      arguments, [&](const auto& snapshots, const auto& options, const auto& style) {
        model::SnapshotReport report = explain::describe_snapshot(snapshots.front(), options);
        report.leakcheck_version = LEAKCHECK_VERSION;
        const auto& file = arguments.files.front();
        report.file = file == "-" ? "-" : shown_path(file).string();
        std::error_code error;
        if (std::filesystem::is_regular_file(file, error))
          report.file_bytes = static_cast<std::int64_t>(std::filesystem::file_size(file, error));
        return HeapTexts{reporters::render_snapshot_console(report, style),
                         arguments.json.empty() ? "" : model::render_snapshot_report(report)};
      });
}

}  // namespace leakcheck::cli
