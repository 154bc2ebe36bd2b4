#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/node.hpp"
#include "harness/scenario/problems.hpp"

namespace leakcheck::scenario {

/// The text of a file, by lines: turns byte offsets of the YAML library into places for people.
class SourceText {
 public:
  SourceText(std::string_view text, std::shared_ptr<const Source> source);

  /// Units: line and byte column from 0. The place has characters, from 1.
  Place place(int line, int byte_column) const;
  /// Without its line feed; empty past the end.
  std::string line(int line) const;

  /// Adds a problem and returns false for bytes that no YAML text has: not UTF-8, NUL and the like.
  bool check_is_text(Problems& problems) const;
  /// Whether a quoted scalar that begins at or after this place ends at all.
  bool has_closing_quote(int line, int byte_column) const;

 private:
  std::string_view line_view(int line) const;
  Place place_of_offset(std::size_t offset) const;

  std::string_view text_;
  std::shared_ptr<const Source> source_;
  std::vector<std::size_t> line_starts_;
};

}  // namespace leakcheck::scenario
