#include "harness/heap/depth_first.hpp"

#include "harness/heap/dominators.hpp"

namespace leakcheck::heap {
namespace {

constexpr std::uint32_t kTarget = 0x0FFFFFFF;
constexpr std::uint32_t kTableSide = 1U << 31U;

EdgeType type_of(std::uint32_t edge) {
  return static_cast<EdgeType>((edge >> 28U) & 7U);
}

/// Edges that retain, and yet are not essential wherever they come from (but the root).
bool is_doubled(std::uint32_t edge) {
  return (edge & kTableSide) != 0 || type_of(edge) == EdgeType::shortcut;
}

/// The walk, in DevTools' two parts: first what the page owns, from where every edge counts, then
/// the rest, from where no edge into the page does.
class Walk {
 public:
  explicit Walk(const HeapGraph& graph)
      : graph_(graph),
        edges_(graph.columns().edges),
        first_edges_(graph.columns().first_edges),
        marks_(graph.node_count()),
        is_met_(graph.node_count()),
        is_predecessor_(graph.edge_count()) {
    order_.nodes.reserve(graph.node_count());
    order_.parents.reserve(graph.node_count());
  }

  DepthFirst run() {
    number(raw(kRoot), 0);
    walk_from_root(true);
    is_page_ = is_met_;
    own_more();
    walk_from_root(false);
    if (order_.nodes.size() < is_met_.size()) walk_orphans();
    place_predecessors();
    return std::move(order_);
  }

 private:
  struct Mark {
    std::uint32_t number;
    std::uint32_t predecessors;  ///< how many; then where the next one is put
  };
  struct Frame {
    std::uint32_t node;
    std::uint32_t next;
  };

  void number(std::uint32_t node, std::uint32_t parent) {
    is_met_[node] = true;
    marks_[node].number = static_cast<std::uint32_t>(order_.nodes.size());
    order_.nodes.push_back(node);
    order_.parents.push_back(parent);
  }

  /// Over the root's edges into the page, or over its others.
  void walk_from_root(bool into_page) {
    for (const EdgeIndex edge : graph_.edges(kRoot)) {
      const std::uint32_t target = raw(graph_.target(edge));
      const EdgeType type = graph_.edge_type(edge);
      const bool is_into_page = is_page_edge(graph_, edge);
      if (is_into_page != into_page || type == EdgeType::weak) continue;
      if (target == raw(kRoot)) {
        if (into_page) later_.push_back(target);
        continue;
      }
      if ((edges_[raw(edge)] & kTableSide) != 0) continue;
      if (is_met_[target])
        count(target, raw(edge));
      else
        walk(target, into_page);
    }
  }

  void count(std::uint32_t target, std::uint32_t edge) {
    ++marks_[target].predecessors;
    is_predecessor_[edge] = true;
  }

  void walk(std::uint32_t start, bool in_page) {
    number(start, 0);
    Frame at{start, first_edges_[start]};
    std::uint32_t end = first_edges_[start + 1];
    bool owned = in_page || is_page_[start];
    for (;;) {
      if (at.next == end) {
        if (path_.empty()) return;
        at = path_.back();
        path_.pop_back();
        end = first_edges_[at.node + 1];
        owned = in_page || is_page_[at.node];
        continue;
      }
      const std::uint32_t index = at.next++;
      const std::uint32_t edge = edges_[index];
      const std::uint32_t target = edge & kTarget;
      if (type_of(edge) == EdgeType::weak || target == at.node) continue;
      if (in_page && (target == raw(kRoot) || is_doubled(edge))) later_.push_back(target);
      if (is_doubled(edge) || (!owned && is_page_[target])) continue;
      if (is_met_[target]) {
        count(target, index);
        continue;
      }
      number(target, marks_[at.node].number);
      path_.push_back(at);
      at = {target, first_edges_[target]};
      end = first_edges_[target + 1];
      owned = in_page || is_page_[target];
    }
  }

  /// What the page owns only by edges that are not essential.
  void own_more() {
    is_page_[raw(kRoot)] = false;
    const auto own = [&](std::uint32_t node) {
      if (is_page_[node]) return false;
      is_page_[node] = true;
      return true;
    };
    std::vector<std::uint32_t> open;
    for (const std::uint32_t node : later_)
      if (own(node)) open.push_back(node);
    later_ = {};
    while (!open.empty()) {
      const std::uint32_t node = open.back();
      open.pop_back();
      for (std::uint32_t i = first_edges_[node]; i < first_edges_[node + 1]; ++i)
        if (type_of(edges_[i]) != EdgeType::weak && own(edges_[i] & kTarget))
          open.push_back(edges_[i] & kTarget);
    }
  }

  bool is_essential(std::uint32_t from, std::uint32_t edge) const {
    const std::uint32_t target = edge & kTarget;
    return type_of(edge) != EdgeType::weak && target != from && !is_doubled(edge) &&
           (is_page_[from] || !is_page_[target]);
  }

  /// What the root does not lead to: first what nothing leads to, and what that leads to; then
  /// circles.
  void walk_orphans() {
    const auto count = static_cast<std::uint32_t>(is_met_.size());
    std::vector<bool> has_predecessor(count);
    for (std::uint32_t node = 0; node < count; ++node) {
      if (is_met_[node]) continue;
      for (std::uint32_t i = first_edges_[node]; i < first_edges_[node + 1]; ++i)
        if (is_essential(node, edges_[i])) has_predecessor[edges_[i] & kTarget] = true;
    }
    for (std::uint32_t node = 0; node < count; ++node)
      if (!is_met_[node] && !has_predecessor[node]) walk(node, false);
    for (std::uint32_t node = 0; node < count; ++node)
      if (!is_met_[node]) number(node, 0);
  }

  void place_predecessors() {
    is_met_ = {};
    is_page_ = {};
    path_ = {};
    std::uint32_t sum = 0;
    order_.ends.resize(marks_.size());
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      std::uint32_t& place = marks_[order_.nodes[i]].predecessors;
      const std::uint32_t here = place;
      place = sum;
      order_.ends[i] = sum += here;
    }
    order_.predecessors.resize(sum);
    for (std::uint32_t node = 0; node < marks_.size(); ++node) {
      const std::uint32_t from = marks_[node].number;
      for (std::uint32_t i = first_edges_[node]; i < first_edges_[node + 1]; ++i)
        if (is_predecessor_[i])
          order_.predecessors[marks_[edges_[i] & kTarget].predecessors++] = from;
    }
  }

  const HeapGraph& graph_;
  const std::vector<std::uint32_t>& edges_;
  const std::vector<std::uint32_t>& first_edges_;
  DepthFirst order_;
  std::vector<Mark> marks_;           // by node
  std::vector<bool> is_met_;          // by node
  std::vector<bool> is_page_;         // by node: what the page owns
  std::vector<bool> is_predecessor_;  // by edge: essential, and not what led to a node first
  std::vector<Frame> path_;           // from the start to the node that is looked at
  std::vector<std::uint32_t> later_;
};

}  // namespace

DepthFirst walk_depth_first(const HeapGraph& graph) {
  return Walk(graph).run();
}

}  // namespace leakcheck::heap
