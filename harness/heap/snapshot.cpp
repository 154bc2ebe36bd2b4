#include "harness/heap/snapshot.hpp"

#include <utility>

namespace leakcheck::heap {

Result<Snapshot> open_snapshot(const std::filesystem::path& path, const LoadOptions& options) {
  Result<HeapGraph> graph = load_snapshot(path, options);
  if (!graph) return tl::unexpected(std::move(graph.error()));
  Dominators dominators = find_dominators(*graph);
  return Snapshot{std::move(*graph), std::move(dominators)};
}

}  // namespace leakcheck::heap
