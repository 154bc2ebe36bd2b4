#include "harness/heap/snapshot_header.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace leakcheck::heap {
namespace {

using nlohmann::json;

constexpr const char* kCure = "take the snapshot again with Node.js 18 or later, or Chrome";

constexpr std::array<std::pair<std::string_view, NodeType>, 16> kNodeTypes{{
    {"hidden", NodeType::hidden},
    {"array", NodeType::array},
    {"string", NodeType::string},
    {"object", NodeType::object},
    {"code", NodeType::code},
    {"closure", NodeType::closure},
    {"regexp", NodeType::regexp},
    {"number", NodeType::number},
    {"native", NodeType::native},
    {"synthetic", NodeType::synthetic},
    {"concatenated string", NodeType::cons_string},
    {"sliced string", NodeType::sliced_string},
    {"symbol", NodeType::symbol},
    {"bigint", NodeType::bigint},
    {"object shape", NodeType::object_shape},
    {"wasm object", NodeType::wasm_object},
}};

constexpr std::array<std::pair<std::string_view, EdgeType>, 7> kEdgeTypes{{
    {"context", EdgeType::context},
    {"element", EdgeType::element},
    {"property", EdgeType::property},
    {"internal", EdgeType::internal},
    {"hidden", EdgeType::hidden},
    {"shortcut", EdgeType::shortcut},
    {"weak", EdgeType::weak},
}};

template <typename Type, std::size_t size>
std::vector<Type> translate(const json& names,
                            const std::array<std::pair<std::string_view, Type>, size>& known) {
  std::vector<Type> types;
  for (const auto& name : names) {
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& each) {
      return name.is_string() && name.get_ref<const std::string&>() == each.first;
    });
    types.push_back(found == known.end() ? Type::other : found->second);
  }
  return types;
}

/// The list of that name, or nullptr.
const json* list_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? &*found : nullptr;
}

struct Wanted {
  std::string_view name;
  std::uint32_t* place;
  bool needed = true;
};

/// Finds the fields by name. Gives what is wrong, or "".
std::string find_fields(const json& meta, const char* list, std::uint32_t& size,
                        std::initializer_list<Wanted> wanted) {
  const json* fields = list_of(meta, list);
  if (fields == nullptr) return std::string("its meta has no ") + list;
  if (fields->size() > kMostFields)
    return std::string("its meta has ") + std::to_string(fields->size()) + ' ' + list;
  size = static_cast<std::uint32_t>(fields->size());
  for (const auto& each : wanted) {
    for (std::uint32_t i = 0; i < size && *each.place == kNoField; ++i)
      if ((*fields)[i].is_string() && (*fields)[i].get_ref<const std::string&>() == each.name)
        *each.place = i;
    if (each.needed && *each.place == kNoField)
      return std::string(list) + " of its meta has no " + std::string(each.name);
  }
  return "";
}

std::string find_all_fields(const json& meta, SnapshotHeader& header) {
  auto& node = header.node;
  if (auto wrong = find_fields(meta, "node_fields", node.size,
                               {{"type", &node.type},
                                {"name", &node.name},
                                {"id", &node.id},
                                {"self_size", &node.self_size},
                                {"edge_count", &node.edge_count},
                                {"detachedness", &node.detachedness, false}});
      !wrong.empty())
    return wrong;
  auto& edge = header.edge;
  if (auto wrong = find_fields(
          meta, "edge_fields", edge.size,
          {{"type", &edge.type}, {"name_or_index", &edge.name}, {"to_node", &edge.target}});
      !wrong.empty())
    return wrong;
  auto& location = header.location;
  if (list_of(meta, "location_fields") == nullptr) return "";
  return find_fields(meta, "location_fields", location.size,
                     {{"object_index", &location.object},
                      {"script_id", &location.script},
                      {"line", &location.line},
                      {"column", &location.column}});
}

/// The names of the types stand where the field `type` does.
const json* types_of(const json& meta, const char* list, std::uint32_t field) {
  const json* types = list_of(meta, list);
  if (types == nullptr || field >= types->size() || !(*types)[field].is_array()) return nullptr;
  return &(*types)[field];
}

std::optional<std::uint64_t> count_of(const json& snapshot, const char* name) {
  const auto found = snapshot.find(name);
  if (found == snapshot.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

}  // namespace

Result<SnapshotHeader> parse_header(std::string_view text) {
  const auto refuse = [](std::string what) { return fail(ErrorKind::io, std::move(what), kCure); };
  const json snapshot = json::parse(text, nullptr, false);
  if (snapshot.is_discarded() || !snapshot.is_object()) return refuse("its header is not JSON");
  const auto meta = snapshot.find("meta");
  if (meta == snapshot.end() || !meta->is_object()) return refuse("its header has no meta");

  SnapshotHeader header;
  if (auto wrong = find_all_fields(*meta, header); !wrong.empty()) return refuse(std::move(wrong));
  const json* node_types = types_of(*meta, "node_types", header.node.type);
  const json* edge_types = types_of(*meta, "edge_types", header.edge.type);
  if (node_types == nullptr || edge_types == nullptr)
    return refuse(std::string("its meta has no ") +
                  (node_types == nullptr ? "node_types" : "edge_types"));
  header.node_types = translate(*node_types, kNodeTypes);
  header.edge_types = translate(*edge_types, kEdgeTypes);

  const auto nodes = count_of(snapshot, "node_count");
  const auto edges = count_of(snapshot, "edge_count");
  if (!nodes || !edges)
    return refuse(std::string("its header has no ") + (nodes ? "edge_count" : "node_count"));
  header.node_count = *nodes;
  header.edge_count = *edges;
  header.extra_native_bytes = count_of(snapshot, "extra_native_bytes").value_or(0);
  return header;
}

}  // namespace leakcheck::heap
