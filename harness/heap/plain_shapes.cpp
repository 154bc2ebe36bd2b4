#include "harness/heap/plain_shapes.hpp"

#include <algorithm>

namespace leakcheck::heap {
namespace {

std::uint64_t hash_of(std::span<const std::uint32_t> names) {
  std::uint64_t hash = names.size();
  for (const std::uint32_t name : names) {
    hash = (hash ^ name) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 29U;
  }
  return hash;
}

/// Numbers sequences of names by open addressing: 4 bytes a slot, twice as many slots as shapes.
class ShapeTable {
 public:
  explicit ShapeTable(PlainShapes& shapes) : shapes_(shapes), slots_(64, kFree) {}

  std::uint32_t number_of(std::span<const std::uint32_t> names) {
    // Neighbours in a snapshot are often alike.
    if (!shapes_.ends.empty() && same(last_, names)) return last_;
    if (2 * shapes_.size() >= slots_.size()) grow();
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash_of(names) & mask;; at = (at + 1) & mask) {
      if (slots_[at] == kFree) {
        slots_[at] = last_ = static_cast<std::uint32_t>(shapes_.size());
        shapes_.names.insert(shapes_.names.end(), names.begin(), names.end());
        shapes_.ends.push_back(shapes_.names.size());
        shapes_.counts.push_back(0);
        return last_;
      }
      if (same(slots_[at], names)) return last_ = slots_[at];
    }
  }

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;

  bool same(std::uint32_t shape, std::span<const std::uint32_t> names) const {
    const auto known = shapes_.names_of(shape);
    return std::equal(known.begin(), known.end(), names.begin(), names.end());
  }
  void grow() {
    slots_.assign(2 * slots_.size(), kFree);
    const std::size_t mask = slots_.size() - 1;
    for (std::uint32_t shape = 0; shape < shapes_.size(); ++shape) {
      std::size_t at = hash_of(shapes_.names_of(shape)) & mask;
      while (slots_[at] != kFree) at = (at + 1) & mask;
      slots_[at] = shape;
    }
  }

  PlainShapes& shapes_;
  std::vector<std::uint32_t> slots_;
  std::uint32_t last_ = 0;
};

}  // namespace

PlainShapes find_plain_shapes(const HeapGraph& graph, StringIndex object_name) {
  PlainShapes shapes;
  shapes.object_name = object_name;
  ShapeTable table(shapes);
  const GraphColumns& columns = graph.columns();
  std::vector<std::uint32_t> names;
  for (std::uint32_t node = 0; node < graph.node_count(); ++node) {
    if (!shapes.is_plain(columns, node)) continue;
    names.clear();
    for (const EdgeIndex edge : graph.edges(NodeIndex{node}))
      if (graph.edge_type(edge) == EdgeType::property)
        names.push_back(graph.edge_name_or_index(edge));
    const std::uint32_t shape = table.number_of(names);
    ++shapes.counts[shape];
    shapes.shape_of.push_back(shape);
  }
  return shapes;
}

}  // namespace leakcheck::heap
