#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "harness/heap/classes.hpp"

namespace leakcheck::heap {
namespace {

constexpr int kMostSteps = 64;  // up the dominator tree; past that nobody calls it the owner

/// How much the name of an object says about who owns the memory below it.
enum class Rank : std::uint8_t {
  nothing,    ///< V8's own parts
  buffer,     ///< the view of the memory itself
  container,  ///< could be anybody's
  object,     ///< of the program, or of a library
};

Rank rank_of(std::string_view name) {
  constexpr std::array kBuffers = {"ArrayBuffer",       "SharedArrayBuffer", "Buffer",
                                   "FastBuffer",        "DataView",          "Int8Array",
                                   "Uint8Array",        "Uint8ClampedArray", "Int16Array",
                                   "Uint16Array",       "Int32Array",        "Uint32Array",
                                   "Float16Array",      "Float32Array",      "Float64Array",
                                   "BigInt64Array",     "BigUint64Array",    "Memory",
                                   "WebAssembly.Memory"};
  constexpr std::array kContainers = {"Object", "Array", "Map", "Set", "global", "process"};
  if (name.empty() || name.rfind("system / ", 0) == 0 || name.rfind('(', 0) == 0)
    return Rank::nothing;
  if (std::find(kBuffers.begin(), kBuffers.end(), name) != kBuffers.end()) return Rank::buffer;
  if (std::find(kContainers.begin(), kContainers.end(), name) != kContainers.end())
    return Rank::container;
  return Rank::object;
}

class Owners {
 public:
  explicit Owners(const Snapshot& snapshot)
      : graph_(snapshot.graph), dominators_(snapshot.dominators) {}

  /// The string that names the nearest object above; UINT32_MAX: none.
  std::uint32_t name_of_owner(NodeIndex node) {
    std::uint32_t best = UINT32_MAX;
    Rank best_rank = Rank::nothing;
    for (int step = 0; step < kMostSteps && node != kRoot; ++step) {
      node = dominators_.parent(node);
      if (graph_.type(node) != NodeType::object) continue;
      const Rank rank = look_up(node);
      // The first of the buffers, then the first container, and no further than an object.
      if (best_rank < rank && (best_rank == Rank::nothing || rank == Rank::object)) {
        best = raw(graph_.name(node));
        best_rank = rank;
      }
      if (rank == Rank::object) break;
    }
    return best;
  }

 private:
  Rank look_up(NodeIndex node) {
    const auto [found, is_new] = ranks_.try_emplace(raw(graph_.name(node)), Rank::nothing);
    if (is_new) found->second = rank_of(graph_.name_text(node));
    return found->second;
  }

  const HeapGraph& graph_;
  const Dominators& dominators_;
  std::unordered_map<std::uint32_t, Rank> ranks_;
};

}  // namespace

std::vector<NativeOwner> find_native_owners(const Snapshot& snapshot) {
  const HeapGraph& graph = snapshot.graph;
  Owners owners(snapshot);
  struct Sum {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
  };
  std::map<std::pair<std::uint32_t, std::uint32_t>, Sum> sums;
  for (std::uint32_t node = 0; node < graph.node_count(); ++node) {
    if (graph.type(NodeIndex{node}) != NodeType::native) continue;
    const std::uint64_t size = graph.self_size(NodeIndex{node});
    if (size == 0) continue;
    Sum& sum = sums[{owners.name_of_owner(NodeIndex{node}), raw(graph.name(NodeIndex{node}))}];
    ++sum.count;
    sum.bytes += size;
  }
  std::vector<NativeOwner> out;
  for (const auto& [key, sum] : sums)
    out.push_back({key.first == UINT32_MAX ? "" : graph.text(StringIndex{key.first}),
                   graph.text(StringIndex{key.second}), sum.count, sum.bytes});
  std::sort(out.begin(), out.end(), [](const NativeOwner& a, const NativeOwner& b) {
    return std::tie(b.bytes, a.name, a.kind) < std::tie(a.bytes, b.name, b.kind);
  });
  return out;
}

ContextCounts count_contexts(const Snapshot& snapshot) {
  const HeapGraph& graph = snapshot.graph;
  const auto name = graph.find_string("system / NativeContext");
  std::map<std::uint32_t, bool> held;  // by a root of V8's or by the embedder
  for (std::uint32_t node = 0; name && node < graph.node_count(); ++node) {
    const NodeType type = graph.type(NodeIndex{node});
    if ((type == NodeType::hidden || type == NodeType::object) &&
        graph.name(NodeIndex{node}) == *name)
      held.emplace(node, false);
  }
  for (std::uint32_t node = 0; node < graph.node_count() && !held.empty(); ++node) {
    if (graph.type(NodeIndex{node}) != NodeType::synthetic) continue;
    for (const EdgeIndex edge : graph.edges(NodeIndex{node})) {
      if (graph.edge_type(edge) == EdgeType::weak) continue;
      const auto found = held.find(raw(graph.target(edge)));
      if (found != held.end()) found->second = true;
    }
  }
  ContextCounts counts;
  counts.native = held.size();
  for (const auto& [node, is_held] : held) counts.detached += is_held ? 0 : 1;
  return counts;
}

}  // namespace leakcheck::heap
