#include "reporters/code_points.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "harness/base/utf8.hpp"

namespace leakcheck::reporters {
namespace {

using Range = std::pair<char32_t, char32_t>;

template <std::size_t size>
bool is_in(const std::array<Range, size>& ranges, char32_t value) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return value >= range.first && value <= range.second;
  });
}

constexpr std::array<Range, 16> kNoWidth = {{{0x0300, 0x036F},
                                             {0x0483, 0x0489},
                                             {0x0591, 0x05BD},
                                             {0x0610, 0x061A},
                                             {0x064B, 0x065F},
                                             {0x0E31, 0x0E31},
                                             {0x0E34, 0x0E3A},
                                             {0x0E47, 0x0E4E},
                                             {0x1AB0, 0x1AFF},
                                             {0x1DC0, 0x1DFF},
                                             {0x200B, 0x200F},
                                             {0x2060, 0x2064},
                                             {0x20D0, 0x20FF},
                                             {0xFE00, 0xFE0F},
                                             {0xFE20, 0xFE2F},
                                             {0xE0000, 0xE01EF}}};

constexpr std::array<Range, 13> kWide = {{{0x1100, 0x115F},
                                          {0x231A, 0x231B},
                                          {0x23E9, 0x23F3},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xA960, 0xA97F},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F000, 0x1FAFF},
                                          {0x20000, 0x3FFFD}}};

constexpr std::array<Range, 8> kEmoji = {{{0x20E3, 0x20E3},
                                          {0x231A, 0x231B},
                                          {0x23E9, 0x23FA},
                                          {0x2600, 0x27BF},
                                          {0x2B05, 0x2B55},
                                          {0xFE0E, 0xFE0F},
                                          {0x1F000, 0x1FAFF},
                                          {0xE0020, 0xE007F}}};

/// They reverse the order in which a terminal or a web page shows what follows.
constexpr std::array<Range, 2> kDirection = {{{0x202A, 0x202E}, {0x2066, 0x2069}}};

constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kByteOrderMark = 0xFEFF;

bool is_line_break(char32_t value) {
  return value == 0x2028 || value == 0x2029;
}

/// No text, but able to change how the text around it is shown or read.
bool is_invisible(char32_t value) {
  const bool noncharacter = (value & 0xFFFE) == 0xFFFE || (value >= 0xFDD0 && value <= 0xFDEF);
  return noncharacter || value == kByteOrderMark || is_in(kDirection, value);
}

}  // namespace

CodePoint take_code_point(std::string_view& rest) {
  const auto byte = [&](std::size_t at) {
    return static_cast<char32_t>(static_cast<unsigned char>(rest[at]));
  };
  const char32_t lead = byte(0);
  std::size_t length = 1;
  char32_t value = lead;
  if (lead >= 0xF0) {
    length = 4;
    value = lead & 0x07;
  } else if (lead >= 0xE0) {
    length = 3;
    value = lead & 0x0F;
  } else if (lead >= 0xC0) {
    length = 2;
    value = lead & 0x1F;
  }
  length = std::min(length, rest.size());
  for (std::size_t at = 1; at < length; ++at) value = (value << 6) | (byte(at) & 0x3F);
  const CodePoint taken{value, rest.substr(0, length)};
  rest.remove_prefix(length);
  return taken;
}

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const char32_t value = take_code_point(text).value;
    if (value < 0x300) {
      ++width;
    } else if (!is_in(kNoWidth, value)) {
      width += is_in(kWide, value) ? 2 : 1;
    }
  }
  return width;
}

std::string clean_line(std::string_view text) {
  const std::string plain = to_plain_text(text, false);
  std::string out;
  out.reserve(plain.size());
  for (std::string_view rest = plain; !rest.empty();) {
    const CodePoint each = take_code_point(rest);
    if (is_line_break(each.value)) {
      out += ' ';
    } else if (!is_invisible(each.value)) {
      out += each.bytes;
    }
  }
  return out;
}

std::string clean_xml(std::string_view text, bool keep_newlines) {
  const std::string plain = to_plain_text(text, keep_newlines);
  std::string out;
  out.reserve(plain.size());
  bool dropped = false;
  for (std::string_view rest = plain; !rest.empty();) {
    const CodePoint each = take_code_point(rest);
    const bool joins_dropped = dropped && each.value == kJoiner;
    dropped = joins_dropped || is_in(kEmoji, each.value) || is_invisible(each.value);
    if (is_line_break(each.value)) {
      out += ' ';
    } else if (!dropped) {
      out += each.bytes;
    }
  }
  return out;
}

}  // namespace leakcheck::reporters
