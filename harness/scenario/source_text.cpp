#include "harness/scenario/source_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/base/utf8.hpp"

namespace leakcheck::scenario {
namespace {

bool is_continuation_byte(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

SourceText::SourceText(std::string_view text, std::shared_ptr<const Source> source)
    : text_(text), source_(std::move(source)) {
  if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);  // yaml-cpp skips it as well
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i)
    if (text_[i] == '\n') line_starts_.push_back(i + 1);
}

std::string_view SourceText::line_view(int line) const {
  if (line < 0 || static_cast<std::size_t>(line) >= line_starts_.size()) return {};
  const std::string_view rest = text_.substr(line_starts_[static_cast<std::size_t>(line)]);
  return rest.substr(0, rest.find('\n'));
}

std::string SourceText::line(int line) const {
  return std::string(line_view(line));
}

Place SourceText::place(int line, int byte_column) const {
  const std::string_view before =
      line_view(line).substr(0, static_cast<std::size_t>(std::max(0, byte_column)));
  const auto inside = std::count_if(before.begin(), before.end(), is_continuation_byte);
  return {source_, line + 1, byte_column - static_cast<int>(inside) + 1};
}

Place SourceText::place_of_offset(std::size_t offset) const {
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<int>(after - line_starts_.begin()) - 1;
  return place(line, static_cast<int>(offset - line_starts_[static_cast<std::size_t>(line)]));
}

bool SourceText::check_is_text(Problems& problems) const {
  const auto strange = std::find_if(text_.begin(), text_.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
  });
  if (strange != text_.end()) {
    problems.add(place_of_offset(static_cast<std::size_t>(strange - text_.begin())),
                 fmt::format("this is not a text file: it has the byte 0x{:02X}",
                             static_cast<unsigned char>(*strange)),
                 "a scenario is YAML in UTF-8");
    return false;
  }
  const std::string valid = to_valid_utf8(text_);
  if (valid == text_) return true;
  const auto different = std::mismatch(text_.begin(), text_.end(), valid.begin(), valid.end());
  problems.add(place_of_offset(static_cast<std::size_t>(different.first - text_.begin())),
               "this is not UTF-8 text", "save the file as UTF-8");
  return false;
}

bool SourceText::has_closing_quote(int line, int byte_column) const {
  const auto row = static_cast<std::size_t>(line);
  if (line < 0 || row >= line_starts_.size()) return true;
  std::size_t at = line_starts_[row] + static_cast<std::size_t>(byte_column);
  // An anchor or a tag may stand in front; a block scalar (| and >) has no quotes.
  while (at < text_.size() && (text_[at] == '&' || text_[at] == '!')) {
    at = text_.find_first_of(" \n", at);
    at = at == std::string_view::npos ? text_.size() : text_.find_first_not_of(" \r\n", at);
  }
  if (at >= text_.size() || (text_[at] != '"' && text_[at] != '\'')) return true;
  const char quote = text_[at];
  for (std::size_t i = at + 1; i < text_.size(); ++i) {
    if (quote == '"' && text_[i] == '\\') {
      ++i;
    } else if (text_[i] == quote) {
      if (quote == '"' || i + 1 >= text_.size() || text_[i + 1] != '\'') return true;
      ++i;
    }
  }
  return false;
}

}  // namespace leakcheck::scenario
