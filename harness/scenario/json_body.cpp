#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/scenario/body.hpp"
#include "harness/scenario/scalars.hpp"

namespace leakcheck::scenario {
namespace {

constexpr std::string_view kDigits = "0123456789";

/// The inside of a JSON string, without the quotes.
std::string escape_json(const std::string& text) {
  const std::string with_quotes =
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return with_quotes.substr(1, with_quotes.size() - 2);
}

std::string_view take_digits(std::string_view& text) {
  const std::string_view digits =
      text.substr(0, std::min(text.find_first_not_of(kDigits), text.size()));
  text.remove_prefix(digits.size());
  return digits;
}

/// "0x1F", "0o17". None for other text, "" for more than 64 bits.
std::optional<std::string> prefixed_number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x");
  if ((!hexadecimal && !text.starts_with("0o")) || text.size() < 3) return std::nullopt;
  text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, hexadecimal ? 16 : 8);
  if (end != text.data() + text.size()) return std::nullopt;
  return error == std::errc() ? std::to_string(value) : "";
}

std::optional<std::string> decimal_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == ".inf" || text == ".Inf" || text == ".INF") return "";
  std::string_view whole = take_digits(text);
  std::string_view fraction;
  const bool has_point = text.starts_with('.');
  if (has_point) {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;
  std::string exponent;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    exponent = "e";
    if (text.starts_with('-') || text.starts_with('+')) {
      exponent += text.front();
      text.remove_prefix(1);
    }
    const std::string_view digits = take_digits(text);
    if (digits.empty()) return std::nullopt;
    exponent += digits;
  }
  if (!text.empty()) return std::nullopt;
  while (whole.size() > 1 && whole.front() == '0') whole.remove_prefix(1);
  return fmt::format("{}{}{}{}{}", negative ? "-" : "", whole.empty() ? "0" : whole,
                     fraction.empty() ? "" : ".", fraction, exponent);
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

std::optional<std::string> to_json_number(std::string_view plain) {
  if (plain == ".nan" || plain == ".NaN" || plain == ".NAN") return "";
  if (auto number = prefixed_number(plain)) return number;
  return decimal_number(plain);
}

std::optional<Template> read_json(Context& context, const Node& node) {
  if (node.kind == Node::Kind::null) {
    context.problems.add(node.place, "json is empty", "write json: { name: value }");
    return std::nullopt;
  }
  return JsonWriter(context).write(node);
}

}  // namespace leakcheck::scenario
