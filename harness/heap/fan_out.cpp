#include "harness/heap/fan_out.hpp"

#include <bit>
#include <charconv>
#include <string>

namespace leakcheck::heap {
namespace {

constexpr std::uint64_t kArrayHeader = 16;  // bytes: map and length
constexpr std::uint64_t kSlot = 8;
constexpr std::uint64_t kTableHeader = 3;  // slots: elements, deleted, buckets

/// V8's OrderedHashMap and OrderedHashSet: header, a slot for each of 2^n buckets, then entries of
/// two per bucket: key, value and chain, or key and chain.
struct TableLayout {
  std::uint64_t first = 0;  // slot of the first entry
  std::uint64_t entry = 0;  // slots of an entry; 0: it is no such table
};

TableLayout layout_of(std::uint64_t self_size) {
  if (self_size < kArrayHeader + kSlot * kTableHeader) return {};
  const std::uint64_t slots = (self_size - kArrayHeader) / kSlot - kTableHeader;
  for (const std::uint64_t entry : {3U, 2U}) {
    const std::uint64_t per_bucket = 1 + 2 * entry;
    const std::uint64_t buckets = slots / per_bucket;
    if (slots % per_bucket == 0 && std::has_single_bit(buckets))
      return {kTableHeader + buckets, entry};
  }
  return {};
}

std::uint32_t count_entries(const HeapGraph& graph, NodeIndex table) {
  const TableLayout layout = layout_of(graph.self_size(table));
  std::uint32_t entries = 0;
  std::uint64_t last = UINT64_MAX;
  for (const EdgeIndex edge : graph.edges(table)) {
    const EdgeType type = graph.edge_type(edge);
    if (type == EdgeType::weak) continue;
    const std::uint32_t name_or_index = graph.edge_name_or_index(edge);
    std::uint64_t slot = name_or_index;
    if (type != EdgeType::element && type != EdgeType::hidden) {
      const std::string name = graph.text(StringIndex{name_or_index});
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), slot);
      if (error != std::errc() || end != name.data() + name.size()) continue;  // "map"
    }
    if (layout.entry == 0) {
      ++entries;
      continue;
    }
    if (slot < layout.first) continue;
    const std::uint64_t entry = (slot - layout.first) / layout.entry;
    if (entry != last) ++entries;
    last = entry;
  }
  return entries;
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
