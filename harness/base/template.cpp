#include "harness/base/template.hpp"

#include <cctype>

namespace leakcheck {
namespace {

constexpr const char* kHint = "write {{ name }}, {{ $sequence }} or {{ $randomNumber(1, 100) }}";

std::string_view trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
    text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
    text.remove_suffix(1);
  return text;
}

bool is_name(std::string_view text) {
  if (!text.empty() && text.front() == '$') text.remove_prefix(1);
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front()))) return false;
  for (const char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '.') return false;
  return true;
}

bool is_argument(std::string_view text) {
  for (const char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '.' && c != '-')
      return false;
  return !text.empty();
}

Result<Placeholder> parse_placeholder(std::string_view inside) {
  const auto refuse = [&](const char* why) {
    return fail(ErrorKind::scenario, "\"{{" + std::string(inside) + "}}\" " + why, kHint);
  };
  std::string_view text = trim(inside);
  Placeholder placeholder;
  const auto open = text.find('(');
  if (open != std::string_view::npos) {
    if (text.back() != ')') return refuse("has a \"(\" that is not closed");
    std::string_view rest = trim(text.substr(open + 1, text.size() - open - 2));
    for (bool more = !rest.empty(); more;) {
      const auto comma = rest.find(',');
      const std::string_view argument = trim(rest.substr(0, comma));
      if (!is_argument(argument)) return refuse("has an argument that is no number and no word");
      placeholder.arguments.emplace_back(argument);
      more = comma != std::string_view::npos;
      if (more) rest.remove_prefix(comma + 1);
    }
    text = trim(text.substr(0, open));
  }
  if (!is_name(text)) return refuse("is not the name of a variable");
  placeholder.name = text;
  return placeholder;
}

}  // namespace

bool Template::is_literal() const {
  for (const auto& piece : pieces)
    if (std::holds_alternative<Placeholder>(piece)) return false;
  return true;
}

Result<Template> parse_template(std::string_view text) {
  Template out;
  while (!text.empty()) {
    const auto open = text.find("{{");
    if (open != 0) out.pieces.emplace_back(std::string(text.substr(0, open)));
    if (open == std::string_view::npos) break;
    const auto close = text.find("}}", open);
    if (close == std::string_view::npos)
      return fail(ErrorKind::scenario,
                  "\"{{\" is not closed in \"" + std::string(text.substr(open)) + "\"", kHint);
    auto placeholder = parse_placeholder(text.substr(open + 2, close - open - 2));
    if (!placeholder) return tl::make_unexpected(placeholder.error());
    out.pieces.emplace_back(std::move(*placeholder));
    text.remove_prefix(close + 2);
  }
  return out;
}

std::string render_template(const Template& text,
                            const std::function<std::string(const Placeholder&)>& value) {
  std::string out;
  for (const auto& piece : text.pieces) {
    if (const auto* literal = std::get_if<std::string>(&piece))
      out += *literal;
    else
      out += value(std::get<Placeholder>(piece));
  }
  return out;
}

}  // namespace leakcheck
