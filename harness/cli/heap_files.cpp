#include "harness/cli/heap_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <future>
#include <thread>

#include "harness/cli/surroundings.hpp"
#include "harness/explain/describe_heap.hpp"

namespace leakcheck::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kPause{100};  // between two lines of progress

/// One file on its way in; its worker writes, the terminal's thread reads.
struct Opening {
  std::atomic<std::uint64_t> done = 0;
  std::atomic<std::uint64_t> total = 0;
  std::atomic<bool> is_read = false;
  std::future<Result<heap::Snapshot>> result;
};

Result<heap::Snapshot> open(const fs::path& file, unsigned threads, Opening& opening) {
  heap::LoadOptions options;
  options.threads = threads;
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    opening.done = done;
    opening.total = total;
  };
  auto graph = heap::load_snapshot(file, options);
  if (!graph) return tl::unexpected(std::move(graph.error()));
  opening.is_read = true;
  heap::Dominators dominators = heap::find_dominators(*graph);
  return heap::Snapshot{std::move(*graph), std::move(dominators)};
}

/// The one that is least far, for the line of progress.
void show(const std::vector<Opening>& all, const std::vector<fs::path>& files, std::size_t first,
          LiveProgress& progress) {
  for (std::size_t i = first; i < all.size(); ++i) {
    if (!all[i].result.valid()) continue;
    model::HeapProgress line;
    line.file = shown_path(files[i]).string();
    line.done_bytes = static_cast<std::int64_t>(all[i].done.load());
    line.total_bytes = static_cast<std::int64_t>(all[i].total.load());
    if (all[i].is_read) line.step = "finding what holds what";
    progress.show(line);
    return;
  }
}

}  // namespace

Result<std::vector<heap::Snapshot>> open_snapshots(const std::vector<fs::path>& files,
                                                   LiveProgress* progress) {
  const std::size_t at_once = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 2);
  std::vector<Opening> all(files.size());
  const auto start = [&](std::size_t i) {
    if (i >= files.size()) return;
    const unsigned threads = files.size() == 1 ? 0 : 1;
    all[i].result =
        std::async(std::launch::async, [&, i, threads] { return open(files[i], threads, all[i]); });
  };
  for (std::size_t i = 0; i < at_once; ++i) start(i);
  std::vector<heap::Snapshot> out;
  for (std::size_t i = 0; i < files.size(); ++i) {
    while (all[i].result.wait_for(kPause) != std::future_status::ready)
      if (progress != nullptr) show(all, files, i, *progress);
    Result<heap::Snapshot> snapshot = all[i].result.get();
    // The rest are waited for on the way out: a future of std::async does so.
    if (!snapshot) return tl::unexpected(std::move(snapshot.error()));
    out.push_back(std::move(*snapshot));
    start(i + at_once);
  }
  return out;
}

Result<std::vector<std::uint32_t>> parse_ids(const std::vector<std::string>& texts) {
  std::vector<std::uint32_t> ids;
  for (const std::string& text : texts) {
    const char* begin = text.data() + (text.rfind('@', 0) == 0 ? 1 : 0);
    const char* end = text.data() + text.size();
    std::uint32_t id = 0;
    const auto [last, error] = std::from_chars(begin, end, id);
    if (begin == end || last != end || error != std::errc())
      return fail(ErrorKind::usage, "--path " + text + " is no object's id",
                  "write the number that the tables, and DevTools, show after @: --path 72521");
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

Result<void> check_ids(const std::vector<std::uint32_t>& ids,
                       const std::vector<heap::Snapshot>& snapshots,
                       const std::vector<fs::path>& files) {
  std::string missing;
  std::string hint;
  for (const std::uint32_t id : ids) {
    if (snapshots.back().graph.find_id(id)) continue;
    missing += fmt::format("{}@{}", missing.empty() ? "" : ", ", id);
    if (!hint.empty()) continue;
    const auto earlier = std::find_if(snapshots.begin(), snapshots.end(), [&](const auto& each) {
      return each.graph.find_id(id).has_value();
    });
    if (earlier != snapshots.end()) {
      hint = fmt::format("@{} is in {}, and is gone since: leakcheck snapshot {} --path {}", id,
                         files[static_cast<std::size_t>(earlier - snapshots.begin())].string(),
                         files[static_cast<std::size_t>(earlier - snapshots.begin())].string(), id);
      continue;
    }
    const auto nearest = explain::find_nearest_ids(snapshots.back().graph, id);
    hint = "the ids are in the tables, and in DevTools, after @; ";
    hint += nearest.size() == 2 ? fmt::format("the nearest are @{} and @{}", nearest[0], nearest[1])
            : nearest.size() == 1 ? fmt::format("the nearest is @{}", nearest[0])
                                  : "the snapshot has no objects";
  }
  if (missing.empty()) return {};
  return fail(ErrorKind::usage,
              fmt::format("no object of {} has the id {}", files.back().string(), missing), hint);
}

}  // namespace leakcheck::cli
