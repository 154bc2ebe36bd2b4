#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Text in columns. Widths are terminal columns, texts are clean lines.
namespace leakcheck::reporters {

std::string pad_right(std::string_view text, int width);
std::string pad_left(std::string_view text, int width);

/// At most `width` columns; "…" stands for what was cut off.
std::string cut(std::string_view text, int width);

/// Breaks at spaces, and inside words that are wider than a line. At least one line.
std::vector<std::string> wrap(std::string_view text, int width);

/// The same, but at most `most` lines: the last one ends in "…" when something is missing.
std::vector<std::string> wrap(std::string_view text, int width, std::size_t most);

/// One word of a command, in quotes if a POSIX shell needs them.
std::string quote_for_shell(const std::string& word);

/// ANSI colours, or nothing of the kind.
class Paint {
 public:
  explicit Paint(bool color) : color_(color) {}
  std::string bold(std::string_view text) const { return in("1", text); }
  std::string dim(std::string_view text) const { return in("2", text); }
  std::string red(std::string_view text) const { return in("31", text); }
  std::string green(std::string_view text) const { return in("32", text); }
  std::string yellow(std::string_view text) const { return in("33", text); }
  std::string cyan(std::string_view text) const { return in("36", text); }
  /// `codes` are parameters of SGR: "1;31".
  std::string in(std::string_view codes, std::string_view text) const;

 private:
  bool color_;
};

}  // namespace leakcheck::reporters
