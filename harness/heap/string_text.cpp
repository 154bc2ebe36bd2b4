#include "harness/heap/string_text.hpp"

#include <algorithm>
#include <charconv>

#include "harness/base/utf8.hpp"

namespace leakcheck::heap {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

void append_utf8(std::string& text, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0U | (point >> 6U));
    put(0x80U | (point & 0x3FU));
  } else if (point < 0x10000) {
    put(0xE0U | (point >> 12U));
    put(0x80U | ((point >> 6U) & 0x3FU));
    put(0x80U | (point & 0x3FU));
  } else {
    put(0xF0U | (point >> 18U));
    put(0x80U | ((point >> 12U) & 0x3FU));
    put(0x80U | ((point >> 6U) & 0x3FU));
    put(0x80U | (point & 0x3FU));
  }
}

/// Four hexadecimal digits at the beginning, after "\u".
std::optional<std::uint32_t> read_unit(std::string_view raw) {
  if (raw.size() < 6 || raw[0] != '\\' || raw[1] != 'u') return std::nullopt;
  std::uint32_t unit = 0;
  const auto [end, error] = std::from_chars(raw.data() + 2, raw.data() + 6, unit, 16);
  if (error != std::errc() || end != raw.data() + 6) return std::nullopt;
  return unit;
}

/// Decodes "\uXXXX", with a second one if the two are a pair. Gives the bytes taken.
std::size_t decode_unit(std::string_view raw, std::string& text) {
  const auto unit = read_unit(raw);
  if (!unit) {
    append_utf8(text, kReplacement);
    return 2;
  }
  if (*unit >= 0xD800 && *unit < 0xDC00) {
    if (const auto low = read_unit(raw.substr(6)); low && *low >= 0xDC00 && *low < 0xE000) {
      append_utf8(text, 0x10000U + ((*unit - 0xD800U) << 10U) + (*low - 0xDC00U));
      return 12;
    }
  }
  append_utf8(text, *unit >= 0xD800 && *unit < 0xE000 ? kReplacement : *unit);
  return 6;
}

/// Decodes the escape at the beginning. Gives the bytes taken.
std::size_t decode_escape(std::string_view raw, std::string& text) {
  if (raw.size() < 2) {
    append_utf8(text, kReplacement);
    return raw.size();
  }
  switch (raw[1]) {
    case '"':
    case '\\':
    case '/':
      text += raw[1];
      return 2;
    case 'b':
      text += '\b';
      return 2;
    case 'f':
      text += '\f';
      return 2;
    case 'n':
      text += '\n';
      return 2;
    case 'r':
      text += '\r';
      return 2;
    case 't':
      text += '\t';
      return 2;
    case 'u':
      return decode_unit(raw, text);
    default:
      append_utf8(text, kReplacement);
      return 2;
  }
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes digits (one at least) off the end.
bool take_digits(std::string_view& text) {
  const std::size_t before = text.size();
  while (!text.empty() && is_digit(text.back())) text.remove_suffix(1);
  return text.size() < before;
}

bool take_end(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

/// A dot of JavaScript's regular expressions takes no end of a line.
bool has_line_end(std::string_view raw) {
  return decode_string(raw).find_first_of("\n\r") != std::string::npos ||
         decode_string(raw).find("\u2028") != std::string::npos ||
         decode_string(raw).find("\u2029") != std::string::npos;
}

}  // namespace

std::string decode_string(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    text += raw.substr(0, plain);
    raw.remove_prefix(plain);
    if (!raw.empty()) raw.remove_prefix(decode_escape(raw, text));
  }
  return to_valid_utf8(text);
}

std::optional<std::uint32_t> find_weak_map_table(std::string_view raw) {
  constexpr std::string_view kKey = " / part of key (";
  constexpr std::string_view kValue = ") -> value (";
  if (raw.empty() || !is_digit(raw[0]) || raw.back() != ')') return std::nullopt;
  while (!raw.empty() && is_digit(raw[0])) raw.remove_prefix(1);
  if (!raw.starts_with(kKey)) return std::nullopt;
  raw.remove_prefix(kKey.size());

  std::string_view rest = raw;
  if (!take_end(rest, ")")) return std::nullopt;
  const std::string_view up_to_digits = rest;
  if (!take_digits(rest)) return std::nullopt;
  const std::string_view digits = up_to_digits.substr(rest.size());
  std::uint32_t table = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), table);
  if (error != std::errc()) return std::nullopt;
  if (!take_end(rest, ") pair in WeakMap (table @") || !take_digits(rest) || !take_end(rest, " @"))
    return std::nullopt;

  // What is left is "Object @7) -> value (Object"; a name may itself hold the words in the middle.
  for (std::size_t at = rest.find(kValue); at != std::string_view::npos;
       at = rest.find(kValue, at + 1)) {
    std::string_view key = rest.substr(0, at);
    if (take_digits(key) && take_end(key, " @"))
      return has_line_end(rest) ? std::nullopt : std::optional(table);
  }
  return std::nullopt;
}

}  // namespace leakcheck::heap
