#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "harness/heap/classes.hpp"
#include "harness/heap/retained_by_class.hpp"

namespace leakcheck::heap {
namespace {

/// Count, shallow size and the largest of each class; objects without a size of their own are not
/// counted, as in DevTools: their owner has it.
void count_nodes(const Dominators& dominators, const std::vector<std::uint32_t>& classes,
                 const std::vector<std::uint32_t>& distances, std::vector<ClassRow>& rows) {
  for (std::uint32_t node = 0; node < classes.size(); ++node) {
    if (classes[node] == kNoClass) continue;
    const std::uint64_t size = dominators.shallow_size(NodeIndex{node});
    if (size == 0) continue;
    ClassRow& row = rows[classes[node]];
    const std::uint32_t distance = distances.empty() ? 0 : distances[node];
    row.distance = row.count == 0 ? distance : std::min(row.distance, distance);
    if (row.count++ == 0 || dominators.retained_sizes[node] > dominators.retained_size(row.example))
      row.example = NodeIndex{node};
    row.shallow += size;
  }
}

void add_retained(const Dominators& dominators, const std::vector<std::uint32_t>& classes,
                  std::vector<ClassRow>& rows) {
  const auto retained = retained_by_class(dominators, classes, rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].retained = retained[i];
}

void sort_rows(std::vector<ClassRow>& rows) {
  std::erase_if(rows, [](const ClassRow& row) { return row.count == 0; });
  std::sort(rows.begin(), rows.end(), [](const ClassRow& a, const ClassRow& b) {
    return std::tie(b.retained, b.shallow, a.name, a.place) <
           std::tie(a.retained, a.shallow, b.name, b.place);
  });
}

constexpr std::size_t kNamed = 8;          // properties
constexpr std::size_t kMostShapes = 1000;  // that are named

std::string name_of_shape(const HeapGraph& graph, std::span<const std::uint32_t> names) {
  std::string out = "{";
  std::size_t count = 0;
  for (const std::uint32_t index : names) {
    const std::string name = graph.text(StringIndex{index});
    if (name == "__proto__") continue;
    if (count++ > 0) out += ", ";
    if (count > kNamed) {
      out += "…";
      break;
    }
    out += name;
  }
  return out + "}";
}

}  // namespace

std::vector<ClassRow> summarise_classes(const Snapshot& snapshot, const ClassOfNode& classes,
                                        const std::vector<std::uint32_t>& distances) {
  std::vector<ClassRow> rows(classes.names.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].name = classes.names[i];
    rows[i].place = classes.places[i];
  }
  count_nodes(snapshot.dominators, classes.classes, distances, rows);
  add_retained(snapshot.dominators, classes.classes, rows);
  sort_rows(rows);
  return rows;
}

std::vector<ClassRow> summarise_classes(const Snapshot& snapshot) {
  return summarise_classes(snapshot, find_classes(snapshot.graph));
}

std::vector<ClassRow> summarise_shapes(const Snapshot& snapshot, const ClassOfNode& classes) {
  const PlainShapes& plain = classes.plain;
  // Dictionaries have a shape each: only those that many objects have are worth a name.
  std::vector<std::uint32_t> frequent(plain.size());
  for (std::uint32_t shape = 0; shape < frequent.size(); ++shape) frequent[shape] = shape;
  std::stable_sort(frequent.begin(), frequent.end(),
                   [&](auto a, auto b) { return plain.counts[a] > plain.counts[b]; });
  if (frequent.size() > kMostShapes) frequent.resize(kMostShapes);
  std::vector<ClassRow> rows;
  std::vector<std::uint32_t> row_of(plain.size(), kNoClass);
  std::unordered_map<std::string, std::uint32_t> known;
  for (const std::uint32_t shape : frequent) {
    std::string name = name_of_shape(snapshot.graph, plain.names_of(shape));
    const auto [found, is_new] =
        known.try_emplace(std::move(name), static_cast<std::uint32_t>(rows.size()));
    if (is_new) rows.push_back({found->first, ""});
    row_of[shape] = found->second;
  }
  std::vector<std::uint32_t> row_of_node(snapshot.graph.node_count(), kNoClass);
  std::size_t at = 0;
  for (std::uint32_t node = 0; node < row_of_node.size(); ++node)
    if (plain.is_plain(snapshot.graph.columns(), node))
      row_of_node[node] = row_of[plain.shape_of[at++]];
  count_nodes(snapshot.dominators, row_of_node, {}, rows);
  add_retained(snapshot.dominators, row_of_node, rows);
  sort_rows(rows);
  return rows;
}

}  // namespace leakcheck::heap
