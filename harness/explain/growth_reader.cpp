#include "harness/explain/growth_reader.hpp"

#include <utility>

namespace leakcheck::explain {

void GrowthReader::add(const std::filesystem::path& file) {
  snapshots_.push_back(
      std::async(std::launch::async, [file] { return heap::open_snapshot(file); }));
}

void GrowthReader::compare(const DescribeOptions& options) {
  report_ = std::async(
      std::launch::async,
      [options, reading = std::move(snapshots_)]() mutable -> Result<model::HeapDiffReport> {
        std::vector<heap::Snapshot> snapshots;
        for (auto& each : reading) {
          Result<heap::Snapshot> snapshot = each.get();
          if (!snapshot) return tl::unexpected(std::move(snapshot.error()));
          snapshots.push_back(std::move(*snapshot));
        }
        std::vector<const heap::Snapshot*> all;
        for (const heap::Snapshot& snapshot : snapshots) all.push_back(&snapshot);
        return describe_diff(all, options);
      });
}

bool GrowthReader::is_done() const {
  return report_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace leakcheck::explain
