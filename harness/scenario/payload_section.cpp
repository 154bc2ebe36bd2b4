#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "harness/scenario/document.hpp"
#include "harness/scenario/fields.hpp"
#include "harness/scenario/payload_rows.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"

namespace leakcheck::scenario {
namespace {

constexpr std::size_t kMostBytes = 64UL * 1024 * 1024;
constexpr std::array kOrders = {model::Payload::Order::sequence, model::Payload::Order::random,
                                model::Payload::Order::unique};
constexpr const char* kPathHint = "write payload: { path: users.csv }";

std::optional<std::vector<std::string>> read_field_names(Context& context, const Node& node) {
  if (!node.is_list() || node.items.empty()) {
    context.problems.add(node.place,
                         fmt::format("payload.fields must be a list of names; this is {}",
                                     node.is_list() ? "an empty list" : kind_name(node)),
                         "write fields: [userId, sku]");
    return std::nullopt;
  }
  std::vector<std::string> names;
  if (node.items.size() > kMostFields) {
    refuse_field_count(context, node.place);
    return std::nullopt;
  }
  for (const NodePtr& item : node.items) {
    auto name = read_text(context, *item, "a field of payload");
    if (!name) return std::nullopt;
    check_field_name(context, item->place, *name, names);
    names.push_back(std::move(*name));
  }
  return names;
}

}  // namespace

std::optional<model::Payload> read_payload(Context& context, const Node& node) {
  context.payload_fields.reset();  // not known, until they are read
  const Fields fields(context, node, "payload", {"path", "fields", "order"});
  model::Payload payload;
  if (const Node* order = fields.find("order"))
    if (const auto index =
            read_choice(context, *order, "payload.order", {"sequence", "random", "unique"}))
      payload.order = kOrders[*index];
  const Node* names_node = fields.find("fields");
  if (names_node != nullptr) {
    const auto names = read_field_names(context, *names_node);
    if (!names) return std::nullopt;
    payload.fields = *names;
    context.payload_fields = payload.fields;
  }
  const Node* path_node = fields.require("path", kPathHint);
  if (path_node == nullptr) return std::nullopt;
  const auto path = read_text(context, *path_node, "payload.path");
  if (!path || !context.chosen) return std::nullopt;
  const auto resolved = resolve_path(path_node->place, *path);
  std::string text;
  if (!read_bounded(resolved, kMostBytes, path_node->place, text, context.problems))
    return std::nullopt;
  Source source{(std::filesystem::path(path_node->place.source->display).parent_path() / *path)
                    .lexically_normal()
                    .string(),
                resolved, 1000};  // after every scenario file
  const Place file{std::make_shared<const Source>(std::move(source)), 0, 0};
  if (!load_rows(context, file, text, payload)) return std::nullopt;
  if (payload.rows.empty()) {
    context.problems.add(path_node->place,
                         fmt::format("the payload {} has no rows", in_quotes(*path)),
                         names_node == nullptr ? "its first row has the names of the fields"
                                               : "add at least one row");
    return std::nullopt;
  }
  context.payload_fields = payload.fields;
  return payload;
}

}  // namespace leakcheck::scenario
