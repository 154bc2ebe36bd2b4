#include "reporters/layout.hpp"

#include <algorithm>

#include "reporters/code_points.hpp"

namespace leakcheck::reporters {
namespace {

std::string spaces(int count) {
  return std::string(static_cast<std::size_t>(std::max(count, 0)), ' ');
}

/// Takes as many characters off the front as fit; at least one, so that every loop ends.
std::string_view take_columns(std::string_view& text, int width) {
  const char* begin = text.data();
  int used = 0;
  while (!text.empty()) {
    std::string_view rest = text;
    const int more = display_width(take_code_point(rest).bytes);
    if (used > 0 && used + more > width) break;
    used += more;
    text = rest;
  }
  return {begin, static_cast<std::size_t>(text.data() - begin)};
}

}  // namespace

std::string pad_right(std::string_view text, int width) {
  return std::string(text) + spaces(width - display_width(text));
}

std::string pad_left(std::string_view text, int width) {
  return spaces(width - display_width(text)) + std::string(text);
}

std::string cut(std::string_view text, int width) {
  if (width <= 0) return "";
  if (display_width(text) <= width) return std::string(text);
  if (width == 1) return "…";
  std::string out(take_columns(text, width - 1));
  // A wide character can be too wide for what is left.
  return display_width(out) < width ? out + "…" : "…";
}

std::vector<std::string> wrap(std::string_view text, int width) {
  width = std::max(width, 2);
  std::vector<std::string> lines(1);
  int used = 0;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    if (word.empty()) continue;
    int word_width = display_width(word);
    if (used > 0 && used + 1 + word_width > width) {
      lines.emplace_back();
      used = 0;
    }
    if (used > 0) {
      lines.back() += ' ';
      ++used;
    }
    while (used == 0 && word_width > width) {
      lines.back() = take_columns(word, width);
      lines.emplace_back();
      word_width = display_width(word);
    }
    lines.back() += word;
    used += word_width;
  }
  if (lines.size() > 1 && lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<std::string> wrap(std::string_view text, int width, std::size_t most) {
  std::vector<std::string> lines = wrap(text, width);
  if (lines.size() <= most) return lines;
  lines.resize(most);
  if (!lines.empty()) lines.back() = cut(lines.back() + " …", width);
  return lines;
}

std::string quote_for_shell(const std::string& word) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+=,-";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string Paint::in(std::string_view codes, std::string_view text) const {
  if (!color_) return std::string(text);
  return "\x1b[" + std::string(codes) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace leakcheck::reporters
