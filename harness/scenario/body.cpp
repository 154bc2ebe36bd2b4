#include "harness/scenario/body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "harness/scenario/headers.hpp"
#include "harness/scenario/scalars.hpp"

namespace leakcheck::scenario {
namespace {

std::string escape_form(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool kept =
        byte < 0x80 && (std::isalnum(byte) || c == '*' || c == '-' || c == '.' || c == '_');
    if (kept)
      out += c;
    else
      out += c == ' ' ? "+" : fmt::format("%{:02X}", byte);
  }
  return out;
}

std::optional<model::Body> read_one(Context& context, const std::string& key, const Node& node) {
  model::Body body;
  std::optional<Template> text;
  if (key == "json") {
    body.escaping = model::Escaping::json_string;
    body.content_type = "application/json";
    text = read_json(context, node);
  } else if (key == "form") {
    body.escaping = model::Escaping::form;
    body.content_type = "application/x-www-form-urlencoded";
    text = read_form(context, node);
  } else {
    body.content_type = "text/plain; charset=utf-8";
    if (!node.is_map() && !node.is_list())
      text = read_template(context, node, "body", Scope::request, true);
    else
      context.problems.add(node.place,
                           fmt::format("body must be text; this is {}", kind_name(node)),
                           "use json: or form: for a map");
  }
  if (!text) return std::nullopt;
  body.text = std::move(*text);
  return body;
}

}  // namespace

std::optional<Template> read_form(Context& context, const Node& node) {
  if (!node.is_map()) {
    context.problems.add(node.place, fmt::format("form must be a map; this is {}", kind_name(node)),
                         "write form: { name: value }");
    return std::nullopt;
  }
  TemplateBuilder out;
  bool good = true;
  for (const Entry& entry : node.entries) {
    if (entry.key.find("{{") != std::string::npos) {
      context.problems.add(entry.key_place,
                           fmt::format("{} cannot be used in a key", in_quotes(entry.key)),
                           "use variables in values, or write the form as text with body:");
      good = false;
    }
    if (!out.empty()) out.add("&");
    out.add(escape_form(entry.key) + "=");
    const auto value =
        read_template(context, *entry.value, "a value of form", Scope::request, true);
    good = good && value;
    if (!value) continue;
    for (const auto& piece : value->pieces) {
      if (const auto* literal = std::get_if<std::string>(&piece))
        out.add(escape_form(*literal));
      else
        out.add(std::get<Placeholder>(piece));
    }
  }
  if (!good) return std::nullopt;
  return out.take();
}

std::optional<model::Body> read_body(Context& context, const Fields& request, model::Method method,
                                     const std::vector<model::Header>& headers) {
  std::optional<model::Body> body;
  std::string first;
  for (const char* key : {"json", "body", "form", "multipart"}) {
    const Node* node = request.find(key);
    if (node == nullptr) continue;
    if (first.empty()) {
      first = key;
      if (first != "multipart") body = read_one(context, key, *node);
    } else {
      context.problems.add(request.place(key), fmt::format("a request has {} and {}", first, key),
                           "keep one of them");
    }
  }
  if (!first.empty() && method == model::Method::head)
    context.problems.add(request.place(first), "a HEAD request has no body",
                         fmt::format("remove {}, or use post", first));
  if (body && has_header(headers, "Content-Type")) body->content_type.clear();
  return body;
}

}  // namespace leakcheck::scenario
