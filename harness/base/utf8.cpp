#include "harness/base/utf8.hpp"

namespace leakcheck {
namespace {

/// Length of the valid UTF-8 sequence at the front of `text`; 0 when it is not one.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto in = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return in(1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

/// Length of the terminal escape sequence at the front of `text`, which begins with ESC.
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2) return text.size();
  std::size_t i = 2;
  if (text[1] == '[') {
    while (i < text.size() && (text[i] < 0x40 || text[i] > 0x7E)) ++i;
    return i < text.size() ? i + 1 : i;
  }
  if (text[1] == ']') {
    while (i < text.size() && text[i] != '\a' && text[i] != '\x1b' && text[i] != '\n') ++i;
    if (i < text.size() && text[i] == '\a') return i + 1;
    return i + 1 < text.size() && text[i] == '\x1b' && text[i + 1] == '\\' ? i + 2 : i;
  }
  return 2;
}

}  // namespace

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

std::string to_plain_text(std::string_view text, bool keep_newlines) {
  const std::string valid = to_valid_utf8(text);
  std::string_view rest = valid;
  std::string out;
  out.reserve(rest.size());
  while (!rest.empty()) {
    const auto lead = static_cast<unsigned char>(rest[0]);
    if (lead == 0x1B) {
      rest.remove_prefix(escape_length(rest));
      continue;
    }
    const std::size_t length = sequence_length(rest);
    const bool c1 = lead == 0xC2 && static_cast<unsigned char>(rest[1]) < 0xA0;
    if ((keep_newlines && (lead == '\n' || lead == '\t')) || (lead >= 0x20 && lead != 0x7F && !c1))
      out += rest.substr(0, length);
    else if (lead == '\n' || lead == '\t')
      out += ' ';
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace leakcheck
