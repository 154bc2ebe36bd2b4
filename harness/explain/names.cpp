#include "harness/explain/names.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>
#include <string_view>

namespace leakcheck::explain {

using heap::EdgeIndex;
using heap::EdgeType;
using heap::HeapGraph;
using heap::NodeIndex;
using heap::NodeType;

namespace {

constexpr std::string_view kV8 = "system / ";
constexpr int kMostProperties = 8;

/// The target of an edge of that name among the edges of a node.
std::optional<NodeIndex> find_target(const HeapGraph& graph, NodeIndex node, EdgeType type,
                                     std::string_view name) {
  const auto wanted = graph.find_string(name);
  if (!wanted) return std::nullopt;
  for (const EdgeIndex edge : graph.edges(node))
    if (graph.edge_type(edge) == type && graph.edge_name_or_index(edge) == raw(*wanted))
      return graph.target(edge);
  return std::nullopt;
}

bool has_target_named(const HeapGraph& graph, NodeIndex node, std::string_view name) {
  const auto wanted = graph.find_string(name);
  if (!wanted) return false;
  for (const EdgeIndex edge : graph.edges(node))
    if (graph.name(graph.target(edge)) == *wanted) return true;
  return false;
}

bool is_name(std::string_view text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) != 0) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string without_prefix(std::string text) {
  if (text.starts_with(kV8)) text.erase(0, kV8.size());
  return text;
}

/// The last part of a path or URL.
std::string file_name(std::string_view script) {
  if (const std::size_t query = script.find('?'); query != std::string_view::npos)
    script = script.substr(0, query);
  const std::size_t slash = script.rfind('/');
  return std::string(slash == std::string_view::npos ? script : script.substr(slash + 1));
}

std::string name_nameless(const HeapGraph& graph, NodeIndex closure) {
  const auto location = graph.location(closure);
  if (!location) return "function";
  const NodeIndex script = heap::find_script_node(graph, closure);
  if (script == heap::kNoNode) return "function";
  const std::string file = file_name(graph.name_text(script));
  if (file.empty()) return "function";
  return "function at " + file + ':' + std::to_string(location->line + 1) + ':' +
         std::to_string(location->column + 1);
}

std::string name_closure(const HeapGraph& graph, NodeIndex closure) {
  // A bound function of a bound function, and so on, is as deep as somebody made it.
  std::string bound;
  for (int depth = 0; depth < 4; ++depth) {
    const auto target = find_target(graph, closure, EdgeType::internal, "bound_function");
    if (!target || *target == closure) break;
    bound += "bound ";
    closure = *target;
  }
  const std::string name = graph.name_text(closure);
  if (has_target_named(graph, closure, "system / ClassPositions"))
    return bound + (name.empty() ? "class" : "class " + name);
  return bound + (name.empty() ? name_nameless(graph, closure) : name + "()");
}

/// "{url, headers, body}"
std::string name_plain_object(const HeapGraph& graph, NodeIndex object) {
  std::string out = "{";
  int named = 0;
  for (const EdgeIndex edge : graph.edges(object)) {
    if (graph.edge_type(edge) != EdgeType::property) continue;
    const std::string name = graph.edge_name(edge);
    if (name.empty() || name == "__proto__" || name.starts_with("<symbol")) continue;
    if (name.starts_with("get ") || name.starts_with("set ")) continue;
    if (named == kMostProperties) return out + ", …}";
    out += (named++ == 0 ? "" : ", ") + (is_name(name) ? name : quoted(name));
  }
  return named == 0 ? "Object" : out + '}';
}

/// "async handler()", when the object is the call of an async function or a generator.
std::optional<std::string> name_generator(const HeapGraph& graph, NodeIndex object) {
  if (!graph.location(object)) return std::nullopt;
  if (!find_target(graph, object, EdgeType::internal, "parameters_and_registers"))
    return std::nullopt;
  const auto function = find_target(graph, object, EdgeType::internal, "function");
  if (!function) return std::nullopt;
  // A generator's own prototype has V8 name it after its function; an async function's has none.
  const bool is_async = graph.name_text(object) == "Generator";
  return (is_async ? "async " : "generator ") + name_closure(graph, *function);
}

std::string name_object(const HeapGraph& graph, NodeIndex object) {
  std::string name = graph.name_text(object);
  if (auto generator = name_generator(graph, object)) return *std::move(generator);
  if (name == "Object" || name.empty()) return name_plain_object(graph, object);
  return without_prefix(std::move(name));
}

bool is_named(const HeapGraph& graph, NodeIndex node, std::string_view name) {
  const auto wanted = graph.find_string(name);
  return wanted && graph.name(node) == *wanted;
}

}  // namespace

std::string class_of(const HeapGraph& graph, NodeIndex node) {
  switch (graph.type(node)) {
    case NodeType::closure:
      return name_closure(graph, node);
    case NodeType::object:
      return name_object(graph, node);
    case NodeType::string:
      return "(string)";
    case NodeType::cons_string:
      return "(concatenated string)";
    case NodeType::sliced_string:
      return "(sliced string)";
    case NodeType::number:
      return "(number)";
    case NodeType::symbol:
      return "(symbol)";
    case NodeType::bigint:
      return "(bigint)";
    case NodeType::regexp:
      return "RegExp";
    case NodeType::code:
      return "(compiled code)";
    case NodeType::array: {
      const std::string name = graph.name_text(node);
      return name.empty() ? "(array)" : name;
    }
    default: {
      std::string name = without_prefix(graph.name_text(node));
      if (name == "JSProxy") return "Proxy";
      return name.empty() ? "(system)" : name;
    }
  }
}

bool is_internal(const HeapGraph& graph, NodeIndex node) {
  switch (graph.type(node)) {
    case NodeType::array:
    case NodeType::code:
    case NodeType::object_shape:
    case NodeType::synthetic:
      return true;
    case NodeType::hidden:
      return !is_named(graph, node, "system / JSProxy");
    case NodeType::native:
      return graph.name_text(node).starts_with(kV8);
    case NodeType::object:
      return is_named(graph, node, "system / Context");
    case NodeType::closure:
      // What V8 makes to resume an async function or to settle a promise has neither name nor
      // place.
      return graph.name_text(node).empty() && !graph.location(node);
    default:
      return false;
  }
}

namespace {

/// "value" or "key" when the array is the table of a Map or a Set: 3 words, a power of two of
/// buckets, and for each bucket two entries of three or two words.
/// Source: V8's src/objects/ordered-hash-table.h; words are 8 bytes in Node.js, 4 in Chrome.
std::string label_in_table(const HeapGraph& graph, NodeIndex table, std::uint32_t index) {
  for (const std::uint64_t word : {8ULL, 4ULL}) {
    const std::uint64_t words = graph.self_size(table) / word;
    for (const std::uint64_t entry : {3ULL, 2ULL}) {
      if (words < 5) continue;
      const std::uint64_t body = words - 5;
      if (body % (1 + 2 * entry) != 0) continue;
      const std::uint64_t buckets = body / (1 + 2 * entry);
      if (buckets == 0 || (buckets & (buckets - 1)) != 0 || index < 3 + buckets) continue;
      const std::uint64_t part = (index - 3 - buckets) % entry;
      if (entry == 3) return part == 0 ? "key" : part == 1 ? "value" : "";
      return part == 0 ? "value" : "";
    }
  }
  return "";
}

std::optional<std::uint32_t> parse_index(const std::string& text) {
  if (text.empty() || text.size() > 9 ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  return static_cast<std::uint32_t>(std::stoul(text));
}

/// The name that a module exports a Cell by: the string before it in the module's table.
std::string name_of_export(const HeapGraph& graph, NodeIndex table, std::uint32_t index) {
  for (const EdgeIndex edge : graph.edges(table)) {
    if (graph.type(graph.target(edge)) != NodeType::string) continue;
    const auto at = parse_index(graph.edge_name(edge));
    if (at && *at + 1 == index) return graph.name_text(graph.target(edge));
  }
  return "";
}

std::string label_in_array(const HeapGraph& graph, NodeIndex array, EdgeIndex edge) {
  const auto index = parse_index(graph.edge_name(edge));
  if (!index) return "";
  if (is_named(graph, graph.target(edge), "system / Cell"))
    return name_of_export(graph, array, *index);
  if (!graph.name_text(array).empty()) return "";
  return label_in_table(graph, array, *index);
}

std::string label_property(const std::string& name) {
  if (name.starts_with("<symbol ") && name.ends_with('>'))
    return '[' + name.substr(8, name.size() - 9) + ']';
  const bool is_private = name.starts_with('#');
  if (is_name(is_private ? std::string_view(name).substr(1) : std::string_view(name)))
    return '.' + name;
  return name.empty() ? "" : '[' + quoted(name) + ']';
}

std::string label_internal(const std::string& name) {
  if (name == "bound_this") return "bound this";
  if (name.starts_with("bound_argument_")) return "bound argument " + name.substr(15);
  if (name == "buffer") return ".buffer";
  if (name.find("pair in WeakMap") != std::string::npos) return "value in a WeakMap";
  return "";
}

}  // namespace

std::string label_of(const HeapGraph& graph, EdgeIndex edge) {
  switch (graph.edge_type(edge)) {
    case EdgeType::context: {
      const std::string name = graph.edge_name(edge);
      return name.starts_with('.') ? "" : name;
    }
    case EdgeType::property:
      return label_property(graph.edge_name(edge));
    case EdgeType::element:
      return graph.edge_name(edge);
    case EdgeType::internal: {
      const NodeIndex from = graph.source(edge);
      if (graph.type(from) == NodeType::array) return label_in_array(graph, from, edge);
      return label_internal(graph.edge_name(edge));
    }
    case EdgeType::shortcut:
      return label_internal(graph.edge_name(edge));
    case EdgeType::hidden:
      return is_named(graph, graph.source(edge), "system / JSProxy") ? "target" : "";
    default:
      return "";
  }
}

std::string label_of(const HeapGraph& graph, const std::vector<heap::Hop>& path, std::size_t hop) {
  const EdgeIndex edge = path[hop].edge;
  if (edge == heap::kNoEdge) return "";
  if (hop > 0 && graph.edge_type(edge) == EdgeType::property &&
      path[hop - 1].edge != heap::kNoEdge && path[hop].collapsed == 0 &&
      graph.edge_type(path[hop - 1].edge) == EdgeType::property &&
      graph.edge_name(path[hop - 1].edge) == "_events") {
    const bool several = is_named(graph, path[hop].node, "Array");
    return (several ? "listeners of " : "listener of ") + graph.edge_name(edge);
  }
  return label_of(graph, edge);
}

}  // namespace leakcheck::explain
