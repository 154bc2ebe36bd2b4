#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/result.hpp"
#include "harness/model/memory_series.hpp"

namespace leakcheck::series {

enum class Format { json_lines, csv, prometheus };
std::string_view to_string(Format format);  ///< "json-lines"
/// The same backwards; none for other words.
std::optional<Format> parse_format(std::string_view word);

/// Reads a log of process.memoryUsage() and puts it in order. `name` is what errors call it;
/// without `format` the content tells.
/// Errors: ErrorKind::usage with name:line and the cure, when it is none of the formats, or holds
/// no
///         reading with a time and heapUsed (or rss).
/// Cost:   O(n log n); 88 bytes a reading beside the text. A file of a million lines of 120 bytes
///         took 1.4 to 1.8 s of processor time (two cores shared with other work, load 5 to 9).
Result<model::SeriesLog> parse_log(std::string text, const std::string& name,
                                   std::optional<Format> format = std::nullopt);

/// The same of a file, or of stdin for "-".
Result<model::SeriesLog> load_log(const std::filesystem::path& path,
                                  std::optional<Format> format = std::nullopt);

}  // namespace leakcheck::series
