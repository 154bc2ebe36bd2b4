#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/cli/live_progress.hpp"
#include "harness/heap/snapshot.hpp"

/// What `leakcheck snapshot` and `leakcheck diff` have in common.
namespace leakcheck::cli {

struct HeapArguments {
  std::vector<std::filesystem::path> files;  ///< "-": stdin
  int top = 20;
  std::string filter;
  std::vector<std::string> paths;  ///< "72521" or "@72521"
  std::filesystem::path json;      ///< empty: none
  std::filesystem::path redact;    ///< empty: none
  bool quiet = false;              ///< no live progress
  std::string color = "auto";      ///< auto, always, never
};

/// Opens all of them, two at a time where there are two processors.
/// Errors: those of heap::load_snapshot(), with the file's name.
Result<std::vector<heap::Snapshot>> open_snapshots(const std::vector<std::filesystem::path>& files,
                                                   LiveProgress* progress);

/// The ids that --path names. Errors: ErrorKind::usage.
Result<std::vector<std::uint32_t>> parse_ids(const std::vector<std::string>& texts);

/// Every one that the last of the snapshots does not have, and where it is instead, at once.
/// Errors: ErrorKind::usage, with the ids that are nearest.
Result<void> check_ids(const std::vector<std::uint32_t>& ids,
                       const std::vector<heap::Snapshot>& snapshots,
                       const std::vector<std::filesystem::path>& files);

}  // namespace leakcheck::cli
