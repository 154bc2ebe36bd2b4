#include "harness/load/escaping.hpp"

#include <array>
#include <charconv>

namespace leakcheck::load {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

void append_hex(std::string& out, unsigned char byte, const char* digits) {
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

void append_percent(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      append_hex(out, static_cast<unsigned char>(c), "0123456789ABCDEF");
    }
  }
}

void append_form(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '*') {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      append_hex(out, static_cast<unsigned char>(c), "0123456789ABCDEF");
    }
  }
}

void append_json(std::string& out, std::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          append_hex(out, static_cast<unsigned char>(c), "0123456789abcdef");
        } else {
          out += c;
        }
    }
  }
}

}  // namespace

void append_escaped(std::string& out, std::string_view value, Place place) {
  switch (place) {
    case Place::plain:
      out += value;
      break;
    case Place::header:
      for (const char c : value)
        if (c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)) out += c;
      break;
    case Place::url:
      append_percent(out, value);
      break;
    case Place::form:
      append_form(out, value);
      break;
    case Place::json_string:
      append_json(out, value);
      break;
  }
}

std::string encode_literal(std::string_view text, bool& in_query) {
  std::string out;
  for (const char c : text) {
    if (c == '?') in_query = true;
    if (c == ' ') {
      out += in_query ? "+" : "%20";
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      out += '%';
      append_hex(out, static_cast<unsigned char>(c), "0123456789abcdef");
    } else {
      out += c;
    }
  }
  return out;
}

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace leakcheck::load
