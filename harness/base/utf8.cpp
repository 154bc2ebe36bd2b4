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

std::size_t skip_while_in(std::string_view text, std::size_t at, char low, char high) {
  while (at < text.size() && text[at] >= low && text[at] <= high) ++at;
  return at;
}

/// `at`, or one further when the character there ends a sequence. Anything else is text again: a
/// sequence that was cut off must not swallow the next line.
std::size_t skip_final(std::string_view text, std::size_t at, char low) {
  return at < text.size() && text[at] >= low && text[at] <= 0x7E ? at + 1 : at;
}

/// Length of the terminal escape sequence at the front of `text`, which begins with ESC.
/// Source: ECMA-48, 5.4 (CSI), 5.6 (OSC and other strings); ECMA-35, 13.2 (the others).
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2) return text.size();
  if (text[1] == '[') return skip_final(text, skip_while_in(text, 2, 0x20, 0x3F), 0x40);
  if (std::string_view("]P_^X").find(text[1]) != std::string_view::npos) {
    const std::size_t end = text.find_first_of("\a\x1b\n", 2);
    if (end == std::string_view::npos) return text.size();
    if (text[end] == '\a') return end + 1;
    return text.substr(end, 2) == "\x1b\\" ? end + 2 : end;
  }
  return skip_final(text, skip_while_in(text, 1, 0x20, 0x2F), 0x30);
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
