#pragma once

#include <chrono>
#include <filesystem>
#include <future>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/explain/describe_heap.hpp"

namespace leakcheck::explain {

/// Reads snapshots while others are being taken, and says what leaks between them.
class GrowthReader {
 public:
  /// Begins to read the next snapshot of one process, on a thread of its own.
  void add(const std::filesystem::path& file);
  /// Begins to compare all of them, on a thread of its own. `options` as for describe_diff().
  void compare(const DescribeOptions& options);
  /// Whether take() need not wait.
  bool is_done() const;
  /// After compare(); waits. Shape: `files` and the version are the caller's to fill.
  /// Errors: those of heap::load_snapshot(), with the file's name.
  Result<model::HeapDiffReport> take() { return report_.get(); }

 private:
  std::vector<std::future<Result<heap::Snapshot>>> snapshots_;
  std::future<Result<model::HeapDiffReport>> report_;
};

}  // namespace leakcheck::explain
