#include "harness/heap/classes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "harness/heap/detached_names.hpp"

namespace leakcheck::heap {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::size_t kTypes = 32;  // as many as 5 bits number

std::string_view name_of_type(NodeType type) {
  switch (type) {
    case NodeType::hidden:
      return "(system)";
    case NodeType::array:
      return "(array)";
    case NodeType::string:
      return "(string)";
    case NodeType::code:
      return "(compiled code)";
    case NodeType::closure:
      return "Function";
    case NodeType::regexp:
      return "RegExp";
    case NodeType::number:
      return "(number)";
    case NodeType::synthetic:
      return "(synthetic)";
    case NodeType::cons_string:
      return "(concatenated string)";
    case NodeType::sliced_string:
      return "(sliced string)";
    case NodeType::symbol:
      return "(symbol)";
    case NodeType::bigint:
      return "(bigint)";
    case NodeType::object_shape:
      return "(object shape)";
    case NodeType::wasm_object:
      return "(wasm object)";
    case NodeType::object:
    case NodeType::native:
    case NodeType::other:
      break;
  }
  return "(other)";
}

/// What makes a class before any text is read.
struct Key {
  enum class Kind : std::uint8_t { type, name, detached, interface };
  Kind kind = Kind::type;
  std::uint32_t number = 0;  ///< the type, the string or the interface
  bool has_location = false;
  Location location{};

  bool operator==(const Key& other) const {
    return kind == other.kind && number == other.number && has_location == other.has_location &&
           location.script_id == other.location.script_id && location.line == other.location.line &&
           location.column == other.location.column;
  }
};

struct KeyHash {
  std::size_t operator()(const Key& key) const {
    std::uint64_t hash = key.number * 4U + static_cast<std::uint64_t>(key.kind);
    for (const std::uint32_t part :
         {key.location.script_id, key.location.line, key.location.column + key.has_location})
      hash = (hash ^ part) * 0x9E3779B97F4A7C15U ^ (hash >> 31U);
    return hash;
  }
};

class Numbering {
 public:
  Numbering(const HeapGraph& graph, std::vector<std::uint32_t>& classes)
      : graph_(graph), columns_(graph.columns()), classes_(classes) {
    by_type_.fill(kNone);
    by_name_.assign(graph.string_count(), kNone);
  }

  /// Every node by type, name and location.
  void number_nodes() {
    const DetachedNames detached(graph_);
    auto place = columns_.locations.begin();
    for (std::uint32_t node = 0; node < graph_.node_count(); ++node) {
      const NodeType type = graph_.type(NodeIndex{node});
      if (type == NodeType::object) {
        while (place != columns_.locations.end() && place->first < node) ++place;
        const bool located = place != columns_.locations.end() && place->first == node;
        classes_[node] =
            located ? number_of({Key::Kind::name, columns_.names[node], true, place->second})
                    : number_of_name(columns_.names[node]);
      } else if (type == NodeType::native) {
        classes_[node] = detached.contains(NodeIndex{node})
                             ? number_of({Key::Kind::detached, columns_.names[node]})
                             : number_of_name(columns_.names[node]);
      } else {
        std::uint32_t& number = by_type_[static_cast<std::size_t>(type)];
        if (number == kNone) number = add({Key::Kind::type, static_cast<std::uint32_t>(type)});
        classes_[node] = number;
      }
    }
    by_name_ = {};
  }

  /// Plain objects get the class of their interface, if they have one.
  void number_plain(const PlainShapes& plain, const std::vector<std::uint32_t>& matches) {
    std::size_t at = 0;
    for (std::uint32_t node = 0; node < graph_.node_count(); ++node) {
      if (!plain.is_plain(columns_, node)) continue;
      const std::uint32_t match = matches[plain.shape_of[at++]];
      if (match == kNone) continue;
      Key key = keys_[classes_[node]];
      key.kind = Key::Kind::interface;
      key.number = match;
      classes_[node] = number_of(key);
    }
  }

  const std::vector<Key>& keys() const { return keys_; }

 private:
  std::uint32_t add(const Key& key) {
    keys_.push_back(key);
    return static_cast<std::uint32_t>(keys_.size() - 1);
  }
  std::uint32_t number_of_name(std::uint32_t name) {
    std::uint32_t& number = by_name_[name];
    if (number == kNone) number = add({Key::Kind::name, name});
    return number;
  }
  std::uint32_t number_of(const Key& key) {
    // Neighbours in a snapshot are often alike.
    if (last_ < keys_.size() && keys_[last_] == key) return last_;
    const auto [found, is_new] = numbers_.try_emplace(key, 0);
    if (is_new) found->second = add(key);
    return last_ = found->second;
  }

  const HeapGraph& graph_;
  const GraphColumns& columns_;
  std::vector<std::uint32_t>& classes_;
  std::vector<Key> keys_;
  std::array<std::uint32_t, kTypes> by_type_{};
  std::vector<std::uint32_t> by_name_;
  std::unordered_map<Key, std::uint32_t, KeyHash> numbers_;
  std::uint32_t last_ = kNone;
};

/// "<div id=\"a\">" is of the class "<div>".
std::string without_attributes(std::string name) {
  std::size_t from = 0;
  if (name.rfind("Detached <", 0) == 0)
    from = 10;
  else if (name.rfind('<', 0) != 0)
    return name;
  const std::size_t space = name.find(' ', from);
  return space == std::string::npos ? name : name.substr(0, space) + '>';
}

std::string name_of(const HeapGraph& graph, const Key& key,
                    const std::vector<Interface>& interfaces) {
  switch (key.kind) {
    case Key::Kind::type:
      return std::string(name_of_type(static_cast<NodeType>(key.number)));
    case Key::Kind::name:
      return without_attributes(graph.text(StringIndex{key.number}));
    case Key::Kind::detached:
      return without_attributes("Detached " + graph.text(StringIndex{key.number}));
    case Key::Kind::interface:
      return interfaces[key.number].name;
  }
  return "";
}

std::string place_of(const Key& key) {
  return key.has_location ? fmt::format("{},{},{}", key.location.script_id, key.location.line,
                                        key.location.column)
                          : "";
}

/// The string "Object", if an object has that name.
std::optional<StringIndex> find_object_name(const HeapGraph& graph, const std::vector<Key>& keys) {
  for (const Key& key : keys)
    if (key.kind == Key::Kind::name && graph.text(StringIndex{key.number}) == "Object")
      return StringIndex{key.number};
  return std::nullopt;
}

/// Names and places of the classes; those that are the same in both become one.
void name_classes(const HeapGraph& graph, const std::vector<Key>& keys, ClassOfNode& out) {
  std::vector<std::uint32_t> merged(keys.size());
  std::unordered_map<std::string, std::uint32_t> known;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::string name = name_of(graph, keys[i], out.interfaces);
    std::string place = place_of(keys[i]);
    const auto [found, is_new] =
        known.try_emplace(place + ',' + name, static_cast<std::uint32_t>(out.names.size()));
    merged[i] = found->second;
    if (!is_new) continue;
    out.names.push_back(std::move(name));
    out.places.push_back(std::move(place));
  }
  if (out.names.size() == keys.size()) return;
  for (std::uint32_t& each : out.classes) each = merged[each];
}

}  // namespace

ClassOfNode find_classes(const HeapGraph& graph, const std::vector<Interface>* interfaces) {
  ClassOfNode out;
  out.classes.resize(graph.node_count());
  Numbering numbering(graph, out.classes);
  numbering.number_nodes();
  if (const auto object = find_object_name(graph, numbering.keys())) {
    out.plain = find_plain_shapes(graph, *object);
    out.interfaces = interfaces != nullptr ? *interfaces : infer_interfaces(graph, out.plain);
    numbering.number_plain(out.plain, match_interfaces(graph, out.plain, out.interfaces));
  }
  name_classes(graph, numbering.keys(), out);
  return out;
}

}  // namespace leakcheck::heap
