#include "tests/unit/heap/heap_builder.hpp"

#include <doctest/doctest.h>
#include <utility>

#include <array>
#include <cstdio>

#include "harness/heap/load_snapshot.hpp"

namespace leakcheck::heap {
namespace {

constexpr std::array kNodeTypes{
    "hidden",
    "array",
    "string",
    "object",
    "code",
    "closure",
    "regexp",
    "number",
    "native",
    "synthetic",
    "concatenated string",
    "sliced string",
    "symbol",
    "bigint",
    "object shape",
    "wasm object",
};
constexpr std::array kEdgeTypes{"context", "element",  "property", "internal",
                                "hidden",  "shortcut", "weak"};

std::size_t node_type_count(Layout layout) {
  switch (layout) {
    case Layout::node18:
      return 14;
    case Layout::node20:
      return 16;
    default:
      return 15;
  }
}

template <typename Names>
std::string list(const Names& names, std::size_t count) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i)
    text += (i > 0 ? ",\"" : "\"") + std::string(names.at(i)) + '"';
  return text + ']';
}

std::string header(Layout layout, std::size_t nodes, std::size_t edges) {
  const bool is24 = layout == Layout::node24;
  return R"({"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count",)" +
         std::string(is24 ? "" : R"("trace_node_id",)") + R"("detachedness"],"node_types":[)" +
         list(kNodeTypes, node_type_count(layout)) +
         R"(,"string","number","number","number","number","number"],)"
         R"("edge_fields":["type","name_or_index","to_node"],"edge_types":[)" +
         list(kEdgeTypes, kEdgeTypes.size()) +
         R"(,"string_or_number","node"],"trace_function_info_fields":["function_id","name",)"
         R"("script_name","script_id","line","column"],"trace_node_fields":["id",)"
         R"("function_info_index","count","size","children"],"sample_fields":["timestamp_us",)"
         R"("last_assigned_id"],"location_fields":["object_index","script_id","line","column"]},)"
         R"("node_count":)" +
         std::to_string(nodes) + ",\"edge_count\":" + std::to_string(edges) +
         ",\"trace_function_count\":0" + (is24 ? ",\"extra_native_bytes\":0" : "") + "},\n";
}

/// Rows of numbers: with a line end after each row up to Node 22.
class Rows {
 public:
  explicit Rows(Layout layout) : line_end_(layout == Layout::node24 ? "" : "\n") {}

  void add(std::initializer_list<std::uint64_t> row) {
    if (!text_.empty()) text_ += ',';
    bool first = true;
    for (const std::uint64_t value : row) {
      if (!first) text_ += ',';
      first = false;
      text_ += std::to_string(value);
    }
    text_ += line_end_;
  }
  const std::string& text() const { return text_; }

 private:
  const char* line_end_;
  std::string text_;
};

}  // namespace

std::string json_string(std::string_view text) {
  std::string json = "\"";
  const auto unit = [&](std::uint32_t value) {
    std::array<char, 8> escape{};
    std::snprintf(escape.data(), escape.size(), "\\u%04X", value);
    json += escape.data();
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    if (length > 1) {
      std::uint32_t point = byte & (0xFFU >> (length + 1));
      for (std::size_t k = 1; k < length; ++k)
        point = point << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
      if (point >= 0x10000) {
        unit(0xD800U + ((point - 0x10000U) >> 10U));
        unit(0xDC00U + ((point - 0x10000U) & 0x3FFU));
      } else {
        unit(point);
      }
    } else if (byte == '"' || byte == '\\') {
      json += {'\\', text[i]};
    } else if (byte == '\n') {
      json += "\\n";
    } else if (byte == '\t') {
      json += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      unit(byte);
    } else {
      json += text[i];
    }
    i += length;
  }
  return json + '"';
}

HeapBuilder::HeapBuilder() {
  string_index("<dummy>");
  add(NodeType::synthetic, "", 0);
  add(NodeType::synthetic, "(GC roots)", 0);
  add(NodeType::object, "global", 40);
  element(root(), 1, gc_roots());
  edge(root(), EdgeType::shortcut, 2, global());
  element(gc_roots(), 1, global());
}

std::uint32_t HeapBuilder::string_index(std::string_view text) {
  if (const auto known = string_indices_.find(text); known != string_indices_.end())
    return known->second;
  const auto index = static_cast<std::uint32_t>(strings_.size());
  strings_.emplace_back(text);
  string_indices_.emplace(text, index);
  return index;
}

HeapBuilder::Node HeapBuilder::add(NodeType type, std::string name, std::uint64_t self_size) {
  const auto node = static_cast<Node>(nodes_.size());
  nodes_.push_back({type, string_index(name), 2 * node + 1, self_size});
  return node;
}

HeapBuilder& HeapBuilder::set_id(Node node, std::uint32_t id) {
  nodes_.at(node).id = id;
  return *this;
}

HeapBuilder& HeapBuilder::set_detachedness(Node node, Detachedness detachedness) {
  nodes_.at(node).detachedness = detachedness;
  return *this;
}

HeapBuilder& HeapBuilder::set_self_size(Node node, std::uint64_t self_size) {
  nodes_.at(node).self_size = self_size;
  return *this;
}

HeapBuilder& HeapBuilder::locate(Node node, std::uint32_t script_id, std::uint32_t line,
                                 std::uint32_t column) {
  locations_.emplace_back(node, Location{script_id, line, column});
  return *this;
}

HeapBuilder& HeapBuilder::edge(Node from, EdgeType type, std::string_view name, Node to) {
  nodes_.at(from).edges.push_back({type, string_index(name), to});
  return *this;
}

HeapBuilder& HeapBuilder::edge(Node from, EdgeType type, std::uint32_t index, Node to) {
  // V8 writes the root's shortcuts with a string: the number in letters.
  if (type != EdgeType::element && type != EdgeType::hidden)
    return edge(from, type, std::to_string(index), to);
  nodes_.at(from).edges.push_back({type, index, to});
  return *this;
}

HeapBuilder& HeapBuilder::property(Node from, std::string_view name, Node to) {
  return edge(from, EdgeType::property, name, to);
}
HeapBuilder& HeapBuilder::internal(Node from, std::string_view name, Node to) {
  return edge(from, EdgeType::internal, name, to);
}
HeapBuilder& HeapBuilder::variable(Node context, std::string_view name, Node to) {
  return edge(context, EdgeType::context, name, to);
}
HeapBuilder& HeapBuilder::weak(Node from, std::string_view name, Node to) {
  return edge(from, EdgeType::weak, name, to);
}
HeapBuilder& HeapBuilder::shortcut(Node from, std::string_view name, Node to) {
  return edge(from, EdgeType::shortcut, name, to);
}
HeapBuilder& HeapBuilder::element(Node from, std::uint32_t index, Node to) {
  return edge(from, EdgeType::element, index, to);
}
HeapBuilder& HeapBuilder::hidden(Node from, std::uint32_t index, Node to) {
  return edge(from, EdgeType::hidden, index, to);
}

HeapBuilder& HeapBuilder::weak_map_pair(Node table, Node key, Node value) {
  const auto described = [&](Node node) {
    return '(' + strings_[nodes_.at(node).name] + " @" + std::to_string(nodes_[node].id) + ')';
  };
  const std::string pair = " / part of key " + described(key) + " -> value " + described(value) +
                           " pair in WeakMap (table @" + std::to_string(id(table)) + ')';
  internal(key, "1" + pair, value);
  return internal(table, "2" + pair, value);
}

HeapBuilder::Node HeapBuilder::object(std::string class_name, const Fields& properties,
                                      std::uint64_t self_size) {
  const Node node = add(NodeType::object, std::move(class_name), self_size);
  for (const auto& [name, value] : properties) property(node, name, value);
  return node;
}

HeapBuilder::Node HeapBuilder::string(std::string text) {
  return add(NodeType::string, std::move(text), 32);
}

HeapBuilder::Node HeapBuilder::context(const Fields& variables) {
  const Node node = add(NodeType::object, "system / Context", 40);
  for (const auto& [name, value] : variables) variable(node, name, value);
  return node;
}

HeapBuilder::Node HeapBuilder::script(std::string path) {
  const Node name = string(path);
  const Node node = add(NodeType::code, std::move(path), 144);
  internal(node, "name", name);
  script_ids_[node] = static_cast<std::uint32_t>(80 + script_ids_.size());
  return node;
}

HeapBuilder::Node HeapBuilder::closure(const std::string& name, Node script, std::uint32_t line,
                                       std::uint32_t column, Node context) {
  const Node shared = add(NodeType::code, name, 56);
  internal(shared, "script", script);
  const Node node = add(NodeType::closure, name, 64);
  internal(node, "shared", shared);
  if (context != root()) internal(node, "context", context);
  locate(node, script_id(script), line, column);
  return node;
}

HeapBuilder::Node HeapBuilder::map(std::string class_name) {
  const Node table = add(NodeType::array, "", 72);
  const Node node = add(NodeType::object, std::move(class_name));
  internal(node, "table", table);
  stores_[node] = table;
  return node;
}

HeapBuilder& HeapBuilder::add_entry(Node map, Node key, Node value) {
  const Node table = stores_.at(map);
  const std::size_t slot = 5 + 3 * (nodes_[table].edges.size() / 2);
  internal(table, std::to_string(slot), key);
  return internal(table, std::to_string(slot + 1), value);
}

HeapBuilder::Node HeapBuilder::array(const std::vector<Node>& elements) {
  const Node store = add(NodeType::array, "(object elements)", 16);
  const Node node = add(NodeType::object, "Array");
  internal(node, "elements", store);
  stores_[node] = store;
  for (const Node value : elements) append(node, value);
  return node;
}

HeapBuilder& HeapBuilder::append(Node array, Node value) {
  const Node store = stores_.at(array);
  const std::size_t count = nodes_[store].edges.size();
  // V8 writes both: the element on the array, and the slot in the store.
  element(array, static_cast<std::uint32_t>(count), value);
  return internal(store, std::to_string(count), value);
}

std::string HeapBuilder::text(Layout layout) const {
  const std::uint64_t fields = layout == Layout::node24 ? 6 : 7;
  // Functions lead to their script by another name in Node 18 and 20.
  const bool older = layout == Layout::node18 || layout == Layout::node20;
  const auto script = string_indices_.find("script");
  Rows nodes(layout);
  Rows edges(layout);
  std::size_t edge_count = 0;
  for (const auto& node : nodes_) {
    // What a release has no type for, it writes as hidden.
    const bool known = static_cast<std::size_t>(node.type) < node_type_count(layout);
    const auto type = static_cast<std::uint64_t>(known ? node.type : NodeType::hidden);
    const auto detachedness = static_cast<std::uint64_t>(node.detachedness);
    const std::uint64_t count = node.edges.size();
    if (fields == 6) {
      nodes.add({type, node.name, node.id, node.self_size, count, detachedness});
    } else {
      nodes.add({type, node.name, node.id, node.self_size, count, 0, detachedness});
    }
    for (const auto& edge : node.edges)
      edges.add({static_cast<std::uint64_t>(edge.type), edge.name, fields * edge.to});
    edge_count += count;
  }
  Rows locations(layout);
  for (const auto& [node, at] : locations_)
    locations.add({fields * node, at.script_id, at.line, at.column});
  std::string strings;
  for (std::size_t i = 0; i < strings_.size(); ++i) {
    const bool renamed = older && script != string_indices_.end() && script->second == i;
    if (i > 0) strings += layout == Layout::node24 ? "," : ",\n";
    strings += json_string(renamed ? "script_or_debug_info" : strings_[i]);
  }
  return header(layout, nodes_.size(), edge_count) + "\"nodes\":[" + nodes.text() +
         "],\n\"edges\":[" + edges.text() +
         "],\n\"trace_function_infos\":[],\n\"trace_tree\":[],\n\"samples\":[],\n\"locations\":[" +
         locations.text() + "],\n\"strings\":[" + strings + "]}";
}

Snapshot HeapBuilder::snapshot() const {
  HeapGraph built = graph();
  Dominators dominators = find_dominators(built);
  return Snapshot{std::move(built), std::move(dominators)};
}

HeapGraph HeapBuilder::graph(Layout layout) const {
  auto graph = load_snapshot_text(text(layout));
  REQUIRE_MESSAGE(graph.has_value(), (graph ? "" : graph.error().message));
  return std::move(*graph);
}

}  // namespace leakcheck::heap
