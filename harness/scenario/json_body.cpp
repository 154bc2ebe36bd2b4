#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "harness/scenario/body.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/yaml_number.hpp"

namespace leakcheck::scenario {
namespace {

/// The inside of a JSON string, without the quotes.
std::string escape_json(const std::string& text) {
  const std::string with_quotes =
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return with_quotes.substr(1, with_quotes.size() - 2);
}

class JsonWriter {
 public:
  explicit JsonWriter(Context& context) : context_(context) {}

  std::optional<Template> write(const Node& node) {
    value(node);
    if (!good_) return std::nullopt;
    return out_.take();
  }

 private:
  void value(const Node& node) {
    switch (node.kind) {
      case Node::Kind::null:
        return out_.add("null");
      case Node::Kind::scalar:
        return scalar(node);
      case Node::Kind::list:
        return list(node);
      case Node::Kind::map:
        return map(node);
    }
  }

  void list(const Node& node) {
    out_.add("[");
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (i > 0) out_.add(",");
      value(*node.items[i]);
    }
    out_.add("]");
  }

  void map(const Node& node) {
    out_.add("{");
    for (std::size_t i = 0; i < node.entries.size(); ++i) {
      const Entry& entry = node.entries[i];
      if (entry.key.find("{{") != std::string::npos)
        refuse(entry.key_place, fmt::format("{} cannot be used in a key", in_quotes(entry.key)),
               "use variables in values, or write the JSON as text with body:");
      if (i > 0) out_.add(",");
      out_.add("\"" + escape_json(entry.key) + "\":");
      value(*entry.value);
    }
    out_.add("}");
  }

  void scalar(const Node& node) {
    if (node.plain && write_plain(node)) return;
    const auto text = read_placeholders(context_, node, Scope::request, "json");
    if (!text) {
      good_ = false;
      return;
    }
    out_.add("\"");
    for (const auto& piece : text->pieces) {
      if (const auto* literal = std::get_if<std::string>(&piece))
        out_.add(escape_json(*literal));
      else
        out_.add(std::get<Placeholder>(piece));
    }
    out_.add("\"");
  }

  bool write_plain(const Node& node) {
    const std::string& text = node.text;
    if (text == "true" || text == "True" || text == "TRUE") {
      out_.add("true");
    } else if (text == "false" || text == "False" || text == "FALSE") {
      out_.add("false");
    } else if (const auto number = to_json_number(text)) {
      if (number->empty())
        refuse(node.place, fmt::format("JSON has no number {}", in_quotes(text)),
               "put quotes around it to send it as text");
      out_.add(*number);
    } else {
      return false;
    }
    return true;
  }

  void refuse(const Place& place, const std::string& message, const char* hint) {
    context_.problems.add(place, message, hint);
    good_ = false;
  }

  Context& context_;
  TemplateBuilder out_;
  bool good_ = true;
};

}  // namespace

std::optional<Template> read_json(Context& context, const Node& node) {
  if (node.kind == Node::Kind::null) {
    context.problems.add(node.place, "json is empty", "write json: { name: value }");
    return std::nullopt;
  }
  return JsonWriter(context).write(node);
}

}  // namespace leakcheck::scenario
