// Any bytes as a snapshot, from a text and from a file: nothing breaks, both give the same graph,
// and what comes out is a graph whose every index is within its bounds, and whose sizes add up.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "harness/heap/dominators.hpp"
#include "harness/heap/load_snapshot.hpp"

namespace {

using namespace leakcheck::heap;

void walk(const HeapGraph& graph) {
  std::uint32_t edges = 0;
  for (std::uint32_t i = 0; i < graph.node_count(); ++i) {
    const NodeIndex node{i};
    if (raw(graph.name(node)) >= graph.string_count()) std::abort();
    static_cast<void>(graph.location(node));
    static_cast<void>(graph.self_size(node));
    for (const EdgeIndex edge : graph.edges(node)) {
      if (raw(edge) != edges++ || raw(graph.target(edge)) >= graph.node_count()) std::abort();
      if (graph.source(edge) != node) std::abort();
      static_cast<void>(graph.edge_name(edge));
    }
  }
  if (edges != graph.edge_count()) std::abort();
  for (std::uint32_t i = 0; i < graph.string_count(); ++i)
    if (!graph.find_string(graph.text(StringIndex{i}))) std::abort();
  if (graph.read_failed()) std::abort();
  const Dominators dominators = find_dominators(graph);
  std::uint64_t shallow = 0;
  for (std::uint32_t i = 0; i < graph.node_count(); ++i)
    shallow += dominators.shallow_size(NodeIndex{i});
  if (dominators.retained_size(kRoot) != shallow) std::abort();
}

/// A file in memory, the same one for every input.
int scratch_file() {
  static const int file = memfd_create("heap_snapshot", 0);
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto from_text = load_snapshot_text(std::string(reinterpret_cast<const char*>(data), size));
  if (from_text) walk(*from_text);
  const int file = scratch_file();
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
    std::abort();
  LoadOptions options;
  options.threads = size % 2 == 0 ? 1 : 2;
  const auto from_file = load_snapshot("/proc/self/fd/" + std::to_string(file), options);
  if (from_file.has_value() && !from_text.has_value()) std::abort();
  if (from_file && (from_file->node_count() != from_text->node_count() ||
                    from_file->edge_count() != from_text->edge_count() ||
                    from_file->string_count() != from_text->string_count()))
    std::abort();
  if (from_file) walk(*from_file);
  return 0;
}
