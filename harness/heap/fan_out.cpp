#include "harness/heap/fan_out.hpp"

#include <charconv>
#include <string>

namespace leakcheck::heap {
namespace {

constexpr std::uint64_t kMostSlotsRead = 60'000;  // even, and a whole number of pairs

/// Entries of V8's OrderedHashMap and OrderedHashSet: key, value and chain, or key and chain. The
/// chain is a number and leaves no edge, so every run of slots that follow each other is an entry.
/// Of a large table only the beginning is read: its entries are alike.
std::uint32_t count_entries(const HeapGraph& graph, NodeIndex table) {
  std::uint64_t entries = 0;
  std::uint64_t slots = 0;
  std::uint64_t others = 0;
  std::uint64_t last = UINT64_MAX - 1;
  for (const EdgeIndex edge : graph.edges(table)) {
    const EdgeType type = graph.edge_type(edge);
    if (slots == kMostSlotsRead) break;
    ++others;
    if (type == EdgeType::weak) continue;
    const std::uint32_t name_or_index = graph.edge_name_or_index(edge);
    std::uint64_t slot = name_or_index;
    if (type != EdgeType::element && type != EdgeType::hidden) {
      const std::string name = graph.text(StringIndex{name_or_index});
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), slot);
      if (error != std::errc() || end != name.data() + name.size()) continue;  // "map"
    }
    --others;
    ++slots;
    if (slot != last + 1) ++entries;
    last = slot;
  }
  if (slots < kMostSlotsRead) return static_cast<std::uint32_t>(entries);
  return static_cast<std::uint32_t>(entries * (graph.edges(table).size() - others) / slots);
}

}  // namespace

std::uint32_t count_edges_with_arrays(const HeapGraph& graph, NodeIndex node) {
  const EdgeRange edges = graph.edges(node);
  std::uint32_t count = edges.size();
  for (const EdgeIndex edge : edges)
    if (graph.edge_type(edge) == EdgeType::internal &&
        graph.type(graph.target(edge)) == NodeType::array)
      count += graph.edges(graph.target(edge)).size();
  return count;
}

std::uint32_t fan_out(const HeapGraph& graph, NodeIndex node) {
  std::uint32_t count = 0;
  // It comes last, and is no property that a person wrote.
  std::uint32_t proto = UINT32_MAX;
  const auto is_proto = [&](EdgeIndex edge) {
    const std::uint32_t name = graph.edge_name_or_index(edge);
    if (proto == UINT32_MAX && graph.text(StringIndex{name}) == "__proto__") proto = name;
    return name == proto;
  };
  for (const EdgeIndex edge : graph.edges(node)) {
    switch (graph.edge_type(edge)) {
      case EdgeType::element:
      case EdgeType::context:
        ++count;
        break;
      case EdgeType::property:
        if (!is_proto(edge)) ++count;
        break;
      case EdgeType::internal:
        if (graph.type(graph.target(edge)) == NodeType::array && graph.edge_name(edge) == "table")
          count += count_entries(graph, graph.target(edge));
        break;
      default:
        break;
    }
  }
  return count;
}

}  // namespace leakcheck::heap
