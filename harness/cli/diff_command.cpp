#include "harness/cli/diff_command.hpp"

#include "harness/cli/heap_command.hpp"
#include "harness/cli/surroundings.hpp"
#include "reporters/diff_console.hpp"

namespace leakcheck::cli {

int show_diff(const HeapArguments& arguments) {
  return run_heap_command(
      arguments, [&](const auto& snapshots, const auto& options, const auto& style) {
        std::vector<const heap::Snapshot*> all;
        for (const auto& snapshot : snapshots) all.push_back(&snapshot);
        model::HeapDiffReport report = explain::describe_diff(all, options);
        report.leakcheck_version = LEAKCHECK_VERSION;
        for (const auto& file : arguments.files) report.files.push_back(shown_path(file).string());
        return HeapTexts{reporters::render_diff_console(report, style),
                         arguments.json.empty() ? "" : model::render_diff_report(report)};
      });
}

}  // namespace leakcheck::cli
