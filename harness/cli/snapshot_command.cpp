#include "harness/cli/snapshot_command.hpp"

#include <system_error>

#include "harness/cli/heap_command.hpp"
#include "harness/cli/surroundings.hpp"
#include "reporters/snapshot_console.hpp"

namespace leakcheck::cli {
int show_snapshot(const HeapArguments& arguments) {
  return run_heap_command(
      arguments, [&](const auto& snapshots, const auto& options, const auto& style) {
        model::SnapshotReport report = explain::describe_snapshot(snapshots.front(), options);
        report.leakcheck_version = LEAKCHECK_VERSION;
        const auto& file = arguments.files.front();
        report.file = shown_path(file).string();
        std::error_code error;
        if (std::filesystem::is_regular_file(file, error))
          report.file_bytes = static_cast<std::int64_t>(std::filesystem::file_size(file, error));
        return HeapTexts{reporters::render_snapshot_console(report, style),
                         arguments.json.empty() ? "" : model::render_snapshot_report(report)};
      });
}

}  // namespace leakcheck::cli
