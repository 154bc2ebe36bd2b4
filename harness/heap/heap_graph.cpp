#include "harness/heap/heap_graph.hpp"

#include <algorithm>
#include <utility>

#include "harness/heap/lazy_text.hpp"

namespace leakcheck::heap {
namespace {

/// The value of `node` in a column that only some nodes are in.
template <typename Value>
const Value* find_sparse(const std::vector<std::pair<std::uint32_t, Value>>& column,
                         NodeIndex node) {
  const auto found =
      std::lower_bound(column.begin(), column.end(), raw(node),
                       [](const auto& each, std::uint32_t index) { return each.first < index; });
  return found != column.end() && found->first == raw(node) ? &found->second : nullptr;
}

}  // namespace

GraphColumns::GraphColumns() = default;
GraphColumns::~GraphColumns() = default;
GraphColumns::GraphColumns(GraphColumns&&) noexcept = default;
GraphColumns& GraphColumns::operator=(GraphColumns&&) noexcept = default;

HeapGraph::HeapGraph(GraphColumns columns) : c_(std::move(columns)) {}
HeapGraph::~HeapGraph() = default;
HeapGraph::HeapGraph(HeapGraph&&) noexcept = default;
HeapGraph& HeapGraph::operator=(HeapGraph&&) noexcept = default;

std::optional<Location> HeapGraph::location(NodeIndex node) const {
  const Location* found = find_sparse(c_.locations, node);
  return found != nullptr ? std::optional(*found) : std::nullopt;
}

std::uint64_t HeapGraph::large_size(NodeIndex node) const {
  const std::uint64_t* found = find_sparse(c_.large_sizes, node);
  return found != nullptr ? *found : UINT32_MAX;
}

NodeIndex HeapGraph::source(EdgeIndex edge) const {
  const auto after = std::upper_bound(c_.first_edges.begin(), c_.first_edges.end(), raw(edge));
  return NodeIndex{static_cast<std::uint32_t>(after - c_.first_edges.begin() - 1)};
}

std::string HeapGraph::text(StringIndex index) const {
  return c_.text->text(index);
}

std::uint32_t HeapGraph::edge_name_or_index(EdgeIndex edge) const {
  return c_.text->edge_name_or_index(edge);
}

std::string HeapGraph::edge_name(EdgeIndex edge) const {
  const std::uint32_t name = edge_name_or_index(edge);
  switch (edge_type(edge)) {
    case EdgeType::element:
      return '[' + std::to_string(name) + ']';
    case EdgeType::hidden:
      return std::to_string(name);
    default:
      return text(StringIndex{name});
  }
}

std::uint32_t HeapGraph::string_count() const {
  return c_.text->string_count();
}

std::optional<StringIndex> HeapGraph::find_string(std::string_view text) const {
  return c_.text->find(text);
}

bool HeapGraph::read_failed() const {
  return c_.text->failed();
}

std::optional<NodeIndex> HeapGraph::find_id(std::uint32_t id) const {
  const auto found = std::find(c_.ids.begin(), c_.ids.end(), id);
  if (found == c_.ids.end()) return std::nullopt;
  return NodeIndex{static_cast<std::uint32_t>(found - c_.ids.begin())};
}

}  // namespace leakcheck::heap
