#include "harness/explain/contents.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace leakcheck::explain {

using heap::EdgeIndex;
using heap::EdgeType;
using heap::Hop;
using heap::kNoEdge;
using heap::kNoNode;
using heap::NodeIndex;
using heap::NodeType;
using heap::Origin;

namespace {

constexpr std::size_t kItems = 48;
constexpr std::size_t kNodes = 300;
/// A slice is worth a word when it keeps so much more than itself.
constexpr std::uint64_t kLongParent = 1024;

/// One walk from an item.
class Walk {
 public:
  Walk(const Scene& scene, const PileOfNode& pile_of, std::uint32_t number)
      : scene_(scene), graph_(scene.graph), pile_of_(pile_of), number_(number) {}

  ItemContents run(NodeIndex item) {
    came_by_.emplace(raw(item), kNoEdge);
    queue_.push_back(item);
    for (std::size_t at = 0; at < queue_.size() && at < kNodes; ++at) {
      look_at(queue_[at]);
      for (const EdgeIndex edge : graph_.edges(queue_[at])) enter(edge);
    }
    if (queue_.size() > kNodes) seen_.bytes = std::max(seen_.bytes, scene_.retained(item));
    return std::move(seen_);
  }

 private:
  void enter(EdgeIndex edge) {
    if (graph_.edge_type(edge) == EdgeType::weak || graph_.is_weak_map_table_side(edge)) return;
    const NodeIndex node = graph_.target(edge);
    if (queue_.size() > kNodes || !scene_.is_new(node) || came_by_.contains(raw(node))) return;
    const std::uint32_t pile = pile_of_[raw(node)];
    if (pile == number_ + 1) return;
    if (pile != 0 &&
        std::find(seen_.piles.begin(), seen_.piles.end(), pile - 1) == seen_.piles.end())
      seen_.piles.push_back(pile - 1);
    // Where nothing tells what is new, only what the item alone holds is its own.
    if (!scene_.by_id() && !came_by_.contains(raw(scene_.last.dominators.parent(node)))) return;
    if (graph_.type(node) == NodeType::code || graph_.type(node) == NodeType::object_shape) return;
    came_by_.emplace(raw(node), edge);
    queue_.push_back(node);
  }

  void look_at(NodeIndex node) {
    seen_.bytes += graph_.self_size(node);
    switch (graph_.type(node)) {
      case NodeType::closure:
        look_at_function(node);
        break;
      case NodeType::object:
        look_at_object(node);
        break;
      case NodeType::native:
        if (scene_.is_named(node, "system / JSArrayBufferData"))
          seen_.buffer_bytes += graph_.self_size(node);
        break;
      case NodeType::sliced_string:
        look_at_slice(node);
        break;
      case NodeType::string:
        seen_.strings.push_back(node);
        break;
      default:
        break;
    }
  }

  void look_at_function(NodeIndex node) {
    if (seen_.function != kNoNode) return;
    const NodeIndex function = resolve_function(scene_, node);
    const Origin origin = scene_.paths.scripts().origin_of(function);
    if (origin == Origin::own || origin == Origin::library) seen_.function = function;
  }

  void look_at_object(NodeIndex node) {
    if (seen_.request == kNoNode && is_request(scene_, node)) {
      seen_.request = node;
      seen_.way_to_request = way_to(node);
    }
    if (seen_.promise == kNoNode && scene_.is_named(node, "Promise")) look_at_promise(node);
    if (seen_.timer == kNoNode &&
        (scene_.is_named(node, "Timeout") || scene_.is_named(node, "Immediate")))
      seen_.timer = node;
    if (seen_.call == kNoNode && graph_.location(node) &&
        scene_.target(node, "parameters_and_registers") != kNoNode)
      seen_.call = node;
  }

  void look_at_promise(NodeIndex node) {
    // One that is settled holds its value there, or nothing.
    const NodeIndex reaction = scene_.target(node, "reactions_or_result");
    if (reaction != kNoNode && scene_.is_named(reaction, "system / PromiseReaction"))
      seen_.promise = node;
  }

  void look_at_slice(NodeIndex node) {
    const NodeIndex parent = scene_.target(node, "parent");
    if (parent != kNoNode && graph_.self_size(parent) >= kLongParent && scene_.is_new(parent))
      seen_.slice_bytes += graph_.self_size(parent);
  }

  std::vector<Hop> way_to(NodeIndex node) const {
    std::vector<Hop> way;
    for (EdgeIndex edge = came_by_.at(raw(node)); edge != kNoEdge;
         edge = came_by_.at(raw(graph_.source(edge))))
      way.push_back({edge, graph_.target(edge)});
    std::reverse(way.begin(), way.end());
    return way;
  }

  const Scene& scene_;
  const heap::HeapGraph& graph_;
  const PileOfNode& pile_of_;
  std::uint32_t number_;
  std::vector<NodeIndex> queue_;
  std::unordered_map<std::uint32_t, EdgeIndex> came_by_;
  ItemContents seen_;
};

}  // namespace

Contents look_into(const Scene& scene, const Pile& pile, std::uint32_t number,
                   const PileOfNode& pile_of) {
  Contents contents;
  for (const NodeIndex item : sample(pile, kItems)) {
    contents.items.push_back(Walk(scene, pile_of, number).run(item));
    contents.items.back().item = item;
    contents.bytes += contents.items.back().bytes;
    contents.buffer_bytes += contents.items.back().buffer_bytes;
    contents.slice_bytes += contents.items.back().slice_bytes;
  }
  return contents;
}

NodeIndex resolve_function(const Scene& scene, NodeIndex closure) {
  // A bound function of a bound function, and so on, is as deep as somebody made it.
  for (int depth = 0; depth < 4; ++depth) {
    NodeIndex inner = scene.target(closure, "listener");
    if (inner == kNoNode || scene.graph.type(inner) != NodeType::closure)
      inner = scene.target(closure, "bound_function");
    if (inner == kNoNode || scene.graph.type(inner) != NodeType::closure) break;
    closure = inner;
  }
  return closure;
}

bool is_request(const Scene& scene, NodeIndex node) {
  constexpr std::array<std::string_view, 4> kNames = {"IncomingMessage", "ServerResponse",
                                                      "Http2ServerRequest", "Http2ServerResponse"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view name) { return scene.is_named(node, name); });
}

}  // namespace leakcheck::explain
