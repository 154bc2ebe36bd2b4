#include "harness/scenario/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/headers.hpp"
#include "harness/scenario/json_path.hpp"
#include "harness/scenario/matcher.hpp"
#include "harness/scenario/pattern.hpp"
#include "harness/scenario/payload_rows.hpp"
#include "harness/scenario/scalars.hpp"

namespace leakcheck::scenario {
namespace {

constexpr const char* kExpectHint = "write expect: { statusCode: 200 }";
constexpr const char* kCaptureHint = "write capture: { json: $.id, as: id }";

void refuse_of_head(Context& context, const Place& place, const std::string& what) {
  context.problems.add(place, fmt::format("the answer to a HEAD request has no body for {}", what),
                       "remove it, or use get");
}

void read_status(Context& context, const Node& node, std::vector<int>& out) {
  const std::string label = "expect.statusCode";
  if (node.is_list() && node.items.empty())
    context.problems.add(node.place, "expect.statusCode is an empty list",
                         "name at least one: [200, 404]");
  if (node.is_list()) {
    for (const NodePtr& item : node.items)
      if (const auto code = read_int(context, *item, label, {100, 599})) out.push_back(*code);
  } else if (const auto code = read_int(context, node, label, {100, 599})) {
    out.push_back(*code);
  }
}

/// Whether the node is a map with something in it; else there is a problem.
bool check_map(Context& context, const Node& node, const char* label, const char* hint) {
  if (node.is_map() && !node.entries.empty()) return true;
  context.problems.add(node.place,
                       node.is_map()
                           ? fmt::format("{} is empty", label)
                           : fmt::format("{} must be a map; this is {}", label, kind_name(node)),
                       hint);
  return false;
}

std::optional<model::JsonPath> read_path(Context& context, const Place& place,
                                         const std::string& text) {
  auto path = parse_json_path(text);
  if (path) return std::move(*path);
  context.problems.add(place, path.error().message, path.error().hint);
  return std::nullopt;
}

void read_header_checks(Context& context, const Node& node, std::vector<model::HeaderCheck>& out) {
  if (!check_map(context, node, "expect.headers",
                 "write headers: { Content-Type: application/json }"))
    return;
  std::set<std::string> names;
  for (const Entry& entry : node.entries) {
    if (!is_header_name(entry.key))
      context.problems.add(entry.key_place,
                           fmt::format("{} is not the name of a header", in_quotes(entry.key)),
                           "names have letters, digits and dashes");
    else if (!names.insert(to_lower(entry.key)).second)
      context.problems.add(entry.key_place, fmt::format("the header {} is there twice", entry.key),
                           "case makes no difference; remove one of the two");
    if (auto matcher =
            read_matcher(context, *entry.value, in_quotes(entry.key) + " in expect.headers"))
      out.push_back({entry.key, std::move(*matcher)});
  }
}

void read_json_checks(Context& context, const Node& node, std::vector<model::JsonCheck>& out) {
  if (!check_map(context, node, "expect.json", "write json: { $.id: 5 }")) return;
  for (const Entry& entry : node.entries) {
    auto path = read_path(context, entry.key_place, entry.key);
    auto matcher = read_matcher(context, *entry.value, in_quotes(entry.key) + " in expect.json");
    if (path && matcher) out.push_back({std::move(*path), std::move(*matcher)});
  }
}

void read_body_checks(Context& context, const Node& node, model::Expect& out) {
  if (!check_map(context, node, "expect.body", "write body: { matches: ^ok }")) return;
  const Fields fields(context, node, "expect.body", {"matches", "minBytes", "maxBytes"});
  if (const Node* matches = fields.find("matches"))
    out.body_matches = read_pattern(context, *matches, "expect.body.matches");
  if (const Node* least = fields.find("minBytes"))
    out.min_body = read_bytes(context, *least, "expect.body.minBytes", Bytes{1});
  const Node* most = fields.find("maxBytes");
  if (most != nullptr) out.max_body = read_bytes(context, *most, "expect.body.maxBytes", Bytes{0});
  if (out.min_body && out.max_body && *out.min_body > *out.max_body)
    context.problems.add(most->place, "expect.body.maxBytes is less than minBytes",
                         "raise maxBytes or lower minBytes");
}

/// A name that {{ name }} can mean nothing else by.
bool check_capture_name(Context& context, const Node& node, const std::string& name,
                        const std::vector<model::Capture>& before) {
  const auto refuse = [&](const std::string& message, const char* hint) {
    context.problems.add(node.place, message, hint);
    return false;
  };
  if (name.starts_with('$'))
    return refuse(fmt::format("{} cannot be the name of a capture", in_quotes(name)),
                  "names with \"$\" are built in; use letters, digits and _");
  if (!is_variable_name(name))
    return refuse(fmt::format("{} cannot be the name of a capture", in_quotes(name)),
                  "use letters, digits and _");
  const auto& fields = context.payload_fields;
  if (fields && std::find(fields->begin(), fields->end(), name) != fields->end())
    return refuse(fmt::format("{} is a field of the payload already", in_quotes(name)),
                  "capture it under another name");
  if (std::any_of(before.begin(), before.end(), [&](const auto& each) { return each.as == name; }))
    return refuse(fmt::format("this request captures {} twice", in_quotes(name)),
                  "give each its own name");
  return true;
}

std::optional<model::Capture> read_source(Context& context, const std::string& key,
                                          const Node& node) {
  model::Capture capture;
  if (key == "regex") {
    auto pattern = read_pattern(context, node, "capture.regex");
    if (!pattern) return std::nullopt;
    capture.from = model::Capture::From::regex;
    capture.pattern = std::move(*pattern);
    return capture;
  }
  auto text = read_text(context, node, "capture." + key);
  if (!text) return std::nullopt;
  if (key == "json") {
    auto path = read_path(context, node.place, *text);
    if (!path) return std::nullopt;
    capture.path = std::move(*path);
    return capture;
  }
  if (!is_header_name(*text)) {
    context.problems.add(node.place,
                         fmt::format("{} is not the name of a header", in_quotes(*text)),
                         "write capture: { header: ETag, as: tag }");
    return std::nullopt;
  }
  capture.from = model::Capture::From::header;
  capture.header = std::move(*text);
  return capture;
}

std::optional<model::Capture> read_capture(Context& context, const Node& node, bool head,
                                           const std::vector<model::Capture>& before) {
  const Fields fields(context, node, "a capture", {"json", "header", "regex", "as"});
  if (!fields.is_map()) return std::nullopt;
  std::vector<std::string> sources;
  for (const char* key : {"json", "header", "regex"})
    if (fields.find(key) != nullptr) sources.emplace_back(key);
  if (sources.empty())
    context.problems.add(node.place, "a capture has none of json, header and regex", kCaptureHint);
  if (sources.size() > 1)
    context.problems.add(fields.place(sources[1]),
                         fmt::format("a capture has {} and {}", sources[0], sources[1]),
                         "make two captures of it, in a list");
  std::optional<model::Capture> capture;
  if (!sources.empty()) {
    if (head && sources[0] != "header")
      refuse_of_head(context, fields.place(sources[0]), "a capture");
    capture = read_source(context, sources[0], *fields.find(sources[0]));
  }
  const Node* as = fields.require_here("as", kCaptureHint);
  const auto name = as == nullptr ? std::nullopt : read_text(context, *as, "capture.as");
  if (!name || !check_capture_name(context, *as, *name, before)) return std::nullopt;
  context.captures.usable.push_back(*name);
  if (capture) capture->as = *name;
  return capture;
}

}  // namespace

model::Expect read_expect(Context& context, const Node& node, bool head) {
  model::Expect expect;
  const Fields fields(context, node, "expect of a request",
                      {"statusCode", "headers", "json", "body"});
  if (fields.is_map() && node.entries.empty())
    context.problems.add(node.place, "expect of a request is empty", kExpectHint);
  if (const Node* status = fields.find("statusCode")) read_status(context, *status, expect.status);
  if (const Node* headers = fields.find("headers"))
    read_header_checks(context, *headers, expect.headers);
  for (const char* key : {"json", "body"})
    if (head && fields.find(key) != nullptr)
      refuse_of_head(context, fields.place(key), fmt::format("expect.{}", key));
  if (const Node* json = fields.find("json")) read_json_checks(context, *json, expect.json);
  if (const Node* body = fields.find("body")) read_body_checks(context, *body, expect);
  return expect;
}

std::vector<model::Capture> read_captures(Context& context, const Node& node, bool head) {
  std::vector<model::Capture> captures;
  const auto take = [&](const Node& item) {
    if (auto capture = read_capture(context, item, head, captures))
      captures.push_back(std::move(*capture));
  };
  if (!node.is_list()) {
    take(node);
  } else if (node.items.empty()) {
    context.problems.add(node.place, "capture is an empty list", kCaptureHint);
  } else {
    for (const NodePtr& item : node.items) take(*item);
  }
  return captures;
}

}  // namespace leakcheck::scenario
