#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/heap/heap_graph.hpp"
#include "harness/heap/snapshot.hpp"

namespace leakcheck::heap {

/// How a release writes its snapshots: fields, names of types, line ends.
enum class Layout { node18, node20, node22, node24 };

/// A synthetic heap for tests, written as V8 writes a .heapsnapshot and read back by the reader.
///
///   HeapBuilder heap;
///   const auto users = heap.add(NodeType::object, "Array");
///   const auto context = heap.context({{"users", users}});
///   heap.property(heap.global(), "handler", heap.closure("handler", heap.script("/app.cjs"), 4, 2,
///                                                        context));
///   const HeapGraph graph = heap.graph();
///
/// A node is named by its number in the snapshot. There are always the root (0), "(GC roots)" (1)
/// and the global object (2), with edges to the two, as in Node.js.
class HeapBuilder {
 public:
  using Node = std::uint32_t;

  HeapBuilder();

  static constexpr Node root() { return 0; }
  static constexpr Node gc_roots() { return 1; }
  static constexpr Node global() { return 2; }

  /// A node with the next odd id: 1, 3, 5 and so on in the order they are added.
  Node add(NodeType type, std::string name, std::uint64_t self_size = 16);
  HeapBuilder& set_id(Node node, std::uint32_t id);
  HeapBuilder& set_detachedness(Node node, Detachedness detachedness);
  HeapBuilder& set_self_size(Node node, std::uint64_t self_size);
  HeapBuilder& locate(Node node, std::uint32_t script_id, std::uint32_t line, std::uint32_t column);

  /// Edges, in the order they are added; line and column and indices from 0.
  HeapBuilder& edge(Node from, EdgeType type, std::string_view name, Node to);
  HeapBuilder& edge(Node from, EdgeType type, std::uint32_t index, Node to);  ///< element, hidden
  HeapBuilder& property(Node from, std::string_view name, Node to);
  HeapBuilder& internal(Node from, std::string_view name, Node to);
  HeapBuilder& variable(Node context, std::string_view name, Node to);
  HeapBuilder& weak(Node from, std::string_view name, Node to);
  HeapBuilder& shortcut(Node from, std::string_view name, Node to);
  HeapBuilder& element(Node from, std::uint32_t index, Node to);
  HeapBuilder& hidden(Node from, std::uint32_t index, Node to);
  /// Both edges of a WeakMap's pair, out of the table and out of the key, to the value.
  HeapBuilder& weak_map_pair(Node table, Node key, Node value);

  /// What V8 makes of a program's parts: each gives the node that a person would name.
  using Fields = std::vector<std::pair<std::string, Node>>;
  Node object(std::string class_name, const Fields& properties = {}, std::uint64_t self_size = 32);
  Node string(std::string text);
  Node context(const Fields& variables = {});
  Node script(std::string path);
  /// A closure with its SharedFunctionInfo, located in the script; `context` may be left out.
  Node closure(const std::string& name, Node script, std::uint32_t line, std::uint32_t column,
               Node context = 0);
  /// A Map or Set with its table; entries are added to it by add_entry().
  Node map(std::string class_name = "Map");
  HeapBuilder& add_entry(Node map, Node key, Node value);
  /// An Array with its elements' store.
  Node array(const std::vector<Node>& elements = {});
  HeapBuilder& append(Node array, Node value);

  /// The script id that closures of that script are located with.
  std::uint32_t script_id(Node script) const { return script_ids_.at(script); }
  std::uint32_t id(Node node) const { return nodes_[node].id; }

  std::string text(Layout layout = Layout::node20) const;
  /// The text as the reader reads it; the test fails if it refuses.
  HeapGraph graph(Layout layout = Layout::node20) const;
  /// With its dominators.
  Snapshot snapshot() const;

 private:
  struct Edge {
    EdgeType type;
    std::uint32_t name;
    Node to;
  };
  struct NodeRow {
    NodeType type;
    std::uint32_t name;
    std::uint32_t id;
    std::uint64_t self_size;
    Detachedness detachedness = Detachedness::unknown;
    std::vector<Edge> edges = {};
  };

  std::uint32_t string_index(std::string_view text);

  std::vector<NodeRow> nodes_;
  std::vector<std::pair<Node, Location>> locations_;
  std::vector<std::string> strings_;
  std::map<std::string, std::uint32_t, std::less<>> string_indices_;
  std::map<Node, std::uint32_t> script_ids_;
  std::map<Node, Node> stores_;  // of Maps and Arrays
};

/// The text as JSON writes it between quotes, escaped as V8 does.
std::string json_string(std::string_view text);

}  // namespace leakcheck::heap
