#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leakcheck::explain {

/// A source map, read: from places in what was run to places in what was written.
/// Source: ECMA-426 (source map format, revision 3), with sections.
class SourceMap {
 public:
  /// Units: line and column from 0; columns in UTF-16 units.
  struct Original {
    std::string source;  ///< as the map has it, with sourceRoot before it
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::string name;       ///< what was called so there, or ""
    bool is_start = false;  ///< the place asked for is where the mapping begins
  };

  /// nullopt: no source map. What is malformed in its mappings ends them there.
  static std::optional<SourceMap> parse(std::string_view json);

  /// The original of the last mapping on that line that is not after the column.
  std::optional<Original> find(std::uint32_t line, std::uint32_t column) const;

  /// The text of a source, as find() names it, when the map has it; null: it has not.
  const std::string* content_of(std::string_view source) const;

 private:
  struct Segment {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::int32_t source = -1;  ///< -1: written by nobody
    std::uint32_t original_line = 0;
    std::uint32_t original_column = 0;
    std::int32_t name = -1;
  };
  struct Reader;

  std::vector<Segment> segments_;  ///< in order of the places
  std::vector<std::string> sources_;
  std::vector<std::string> contents_;  ///< of each of sources_, or ""
  std::vector<std::string> names_;
};

/// What `//# sourceMappingURL=` at the end of a source says, or "".
std::string_view find_source_map_url(std::string_view source);

/// The content of a data: URL, base64 or with percent-escapes; nullopt: it is none.
std::optional<std::string> decode_data_url(std::string_view url);

/// The text with %41 turned into A.
std::string decode_percent(std::string_view text);

}  // namespace leakcheck::explain
