#include "harness/heap/comparison.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "harness/heap/fan_out.hpp"
#include "harness/heap/id_order.hpp"

namespace leakcheck::heap {
namespace {

constexpr double kMatchedShare = 0.5;
constexpr double kSameTexts = 0.9;
constexpr std::size_t kTextsTried = 400;

/// Classes of several snapshots in one numbering: that of the last, and then what only others have.
struct CommonClasses {
  std::vector<std::string> names;
  std::vector<std::string> places;
  std::vector<std::vector<std::uint32_t>> of_node;  ///< of each snapshot
};

CommonClasses find_common_classes(std::span<const Snapshot* const> snapshots) {
  ClassOfNode last = find_classes(snapshots.back()->graph);
  last.plain = {};
  CommonClasses common{std::move(last.names), std::move(last.places), {}};
  std::unordered_map<std::string, std::uint32_t> known;
  for (std::uint32_t i = 0; i < common.names.size(); ++i)
    known.emplace(common.places[i] + ',' + common.names[i], i);
  for (const Snapshot* snapshot : snapshots.first(snapshots.size() - 1)) {
    ClassOfNode other = find_classes(snapshot->graph, &last.interfaces);
    std::vector<std::uint32_t> number(other.names.size());
    for (std::size_t i = 0; i < other.names.size(); ++i) {
      const auto [found, is_new] = known.try_emplace(
          other.places[i] + ',' + other.names[i], static_cast<std::uint32_t>(common.names.size()));
      if (is_new) {
        common.names.push_back(other.names[i]);
        common.places.push_back(other.places[i]);
      }
      number[i] = found->second;
    }
    for (std::uint32_t& each : other.classes) each = number[each];
    common.of_node.push_back(std::move(other.classes));
  }
  common.of_node.push_back(std::move(last.classes));
  return common;
}

/// What a class has in one snapshot.
struct Amount {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};

std::vector<Amount> count_by_class(const Snapshot& snapshot,
                                   const std::vector<std::uint32_t>& classes, std::size_t count) {
  std::vector<Amount> amounts(count);
  for (std::uint32_t node = 0; node < classes.size(); ++node) {
    const std::uint64_t size = snapshot.dominators.shallow_size(NodeIndex{node});
    if (size == 0) continue;
    ++amounts[classes[node]].count;
    amounts[classes[node]].bytes += size;
  }
  return amounts;
}

/// One comparison in the making.
class Work {
 public:
  explicit Work(std::span<const Snapshot* const> snapshots)
      : snapshots_(snapshots),
        first_(*snapshots.front()),
        last_(*snapshots.back()),
        classes_(find_common_classes(snapshots)),
        deltas_(classes_.names.size()) {
    for (const Snapshot* snapshot : snapshots) orders_.emplace_back(snapshot->graph);
    for (std::size_t i = 0; i < deltas_.size(); ++i) {
      deltas_[i].name = classes_.names[i];
      deltas_[i].place = classes_.places[i];
    }
  }

  Comparison run() {
    match();
    if (out_.matching == Matching::by_id)
      compare_by_id();
    else
      compare_by_class();
    mark_classes_that_grew();
    std::erase_if(deltas_, [](const ClassDelta& delta) {
      return delta.new_count == 0 && delta.deleted_count == 0;
    });
    std::sort(deltas_.begin(), deltas_.end(), [](const ClassDelta& a, const ClassDelta& b) {
      return std::tuple(-a.bytes_delta(), -a.count_delta(), std::tie(a.name, a.place)) <
             std::tuple(-b.bytes_delta(), -b.count_delta(), std::tie(b.name, b.place));
    });
    out_.classes = std::move(deltas_);
    return std::move(out_);
  }

 private:
  bool is_same_class(NodeIndex a, NodeIndex b) const {
    return classes_.of_node.front()[raw(a)] == classes_.of_node.back()[raw(b)];
  }

  /// Ids of two processes collide, since V8 numbers densely: texts tell.
  void match() {
    std::uint64_t matched = 0;
    std::vector<std::pair<NodeIndex, NodeIndex>> with_text;
    merge_by_id(
        orders_.front(), orders_.back(),
        [&](NodeIndex a, NodeIndex b) {
          const NodeType type = last_.graph.type(b);
          if (first_.graph.type(a) != type || !is_same_class(a, b)) return;
          ++matched;
          if (type == NodeType::closure || type == NodeType::string) with_text.emplace_back(a, b);
        },
        [](NodeIndex) {}, [](NodeIndex) {});
    const double nodes = std::max(1U, first_.graph.node_count());
    out_.matched_share = static_cast<double>(matched) / nodes;
    const std::size_t step = std::max<std::size_t>(1, with_text.size() / kTextsTried);
    std::size_t tried = 0;
    std::size_t same = 0;
    for (std::size_t i = 0; i < with_text.size(); i += step, ++tried)
      if (first_.graph.name_text(with_text[i].first) == last_.graph.name_text(with_text[i].second))
        ++same;
    const bool same_texts = static_cast<double>(same) >= kSameTexts * static_cast<double>(tried);
    if (out_.matched_share < kMatchedShare || !same_texts) out_.matching = Matching::by_class;
  }

  void take_example(ClassDelta& delta, NodeIndex node) const {
    if (delta.example == kNoNode ||
        last_.dominators.retained_size(node) > last_.dominators.retained_size(delta.example))
      delta.example = node;
  }

  void add_new(NodeIndex node) {
    const std::uint64_t size = last_.dominators.shallow_size(node);
    if (size == 0) return;
    ClassDelta& delta = deltas_[classes_.of_node.back()[raw(node)]];
    ++delta.new_count;
    delta.new_bytes += size;
    take_example(delta, node);
  }
  void add_deleted(NodeIndex node) {
    const std::uint64_t size = first_.dominators.shallow_size(node);
    if (size == 0) return;
    ClassDelta& delta = deltas_[classes_.of_node.front()[raw(node)]];
    ++delta.deleted_count;
    delta.deleted_bytes += size;
  }

  void compare_by_id() {
    out_.is_new.assign(last_.graph.node_count(), false);
    merge_by_id(
        orders_.front(), orders_.back(),
        [&](NodeIndex a, NodeIndex b) {
          const bool sized_before = first_.dominators.shallow_size(a) != 0;
          const bool sized_after = last_.dominators.shallow_size(b) != 0;
          const bool same = is_same_class(a, b);
          if (!same || sized_before != sized_after) {
            add_deleted(a);
            add_new(b);
          }
          if (same) look_for_growth(a, b);
        },
        [&](NodeIndex a) { add_deleted(a); },
        [&](NodeIndex b) {
          out_.is_new[raw(b)] = true;
          add_new(b);
        });
    std::sort(out_.grown.begin(), out_.grown.end(), [](const auto& a, const auto& b) {
      return std::tuple(-a.retained_growth, a.after) < std::tuple(-b.retained_growth, b.after);
    });
  }

  void look_for_growth(NodeIndex a, NodeIndex b) {
    const NodeType type = last_.graph.type(b);
    if (type != NodeType::object && type != NodeType::closure && type != NodeType::native) return;
    if (first_.graph.type(a) != type) return;
    if (count_edges_with_arrays(last_.graph, b) <= count_edges_with_arrays(first_.graph, a)) return;
    GrownObject grown{a, b, fan_out(first_.graph, a), fan_out(last_.graph, b)};
    if (grown.fan_out_after <= grown.fan_out_before) return;
    grown.retained_growth = static_cast<std::int64_t>(last_.dominators.retained_size(b)) -
                            static_cast<std::int64_t>(first_.dominators.retained_size(a));
    grown.at_every_step = grew_at_every_step(grown);
    out_.grown.push_back(grown);
  }

  bool grew_at_every_step(const GrownObject& grown) const {
    if (snapshots_.size() < 3) return false;
    std::uint32_t before = grown.fan_out_before;
    for (std::size_t i = 1; i + 1 < snapshots_.size(); ++i) {
      const HeapGraph& graph = snapshots_[i]->graph;
      const NodeIndex node = orders_[i].find(last_.graph.id(grown.after));
      if (node == kNoNode || graph.type(node) != last_.graph.type(grown.after)) return false;
      const std::uint32_t now = fan_out(graph, node);
      if (now <= before) return false;
      before = now;
    }
    return grown.fan_out_after > before;
  }

  void compare_by_class() {
    const auto before = count_by_class(first_, classes_.of_node.front(), deltas_.size());
    const auto after = count_by_class(last_, classes_.of_node.back(), deltas_.size());
    const auto surplus = [](std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; };
    for (std::size_t i = 0; i < deltas_.size(); ++i) {
      deltas_[i].new_count = surplus(after[i].count, before[i].count);
      deltas_[i].deleted_count = surplus(before[i].count, after[i].count);
      deltas_[i].new_bytes = surplus(after[i].bytes, before[i].bytes);
      deltas_[i].deleted_bytes = surplus(before[i].bytes, after[i].bytes);
    }
    const auto& classes = classes_.of_node.back();
    for (std::uint32_t node = 0; node < classes.size(); ++node)
      if (deltas_[classes[node]].example == kNoNode)
        deltas_[classes[node]].example = NodeIndex{node};
  }

  void mark_classes_that_grew() {
    if (snapshots_.size() < 3) return;
    std::vector<std::uint64_t> before;
    for (std::size_t step = 0; step < snapshots_.size(); ++step) {
      const auto amounts =
          count_by_class(*snapshots_[step], classes_.of_node[step], deltas_.size());
      for (std::size_t i = 0; i < deltas_.size(); ++i)
        deltas_[i].at_every_step =
            step == 0 || (deltas_[i].at_every_step && amounts[i].count > before[i]);
      before.clear();
      for (const Amount& amount : amounts) before.push_back(amount.count);
    }
  }

  std::span<const Snapshot* const> snapshots_;
  const Snapshot& first_;
  const Snapshot& last_;
  CommonClasses classes_;
  std::vector<IdOrder> orders_;
  std::vector<ClassDelta> deltas_;
  Comparison out_;
};

}  // namespace

Comparison compare(std::span<const Snapshot* const> snapshots) {
  return Work(snapshots).run();
}

}  // namespace leakcheck::heap
