#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reporters/layout.hpp"

namespace leakcheck::reporters {

/// A report in the making: blocks of lines with an empty line between them.
class Page {
 public:
  Page(const Paint& paint, int width, int label_width)
      : paint_(paint), width_(width), label_width_(label_width) {}

  void line(const std::string& text) { open_ += text + "\n"; }
  void lines(const std::vector<std::string>& texts);

  /// A sentence from outside, wrapped; what does not fit into `most` rows is cut.
  void sentence(const std::string& text, std::size_t most);

  /// "  label     text", the text wrapped beside the label.
  void entry(const std::string& label, const std::string& text, std::size_t most = 3);

  /// "  ✗ text", the text wrapped beside the mark.
  void marked(const std::string& mark, const std::string& text, std::size_t most = 3);

  /// "  label     text" as it is: what is copied must be whole.
  void whole_entry(const std::string& label, const std::string& text);

  /// The last of these lines that say anything, under a heading.
  void last_words(const std::vector<std::string>& log_tail);

  void end_block();

  /// Begins with an empty line: reports follow each other, and the lines of progress.
  std::string text();

  const Paint& paint() const { return paint_; }
  int width() const { return width_; }

 private:
  const Paint& paint_;
  int width_;
  int label_width_;
  std::string text_;
  std::string open_;
};

}  // namespace leakcheck::reporters
