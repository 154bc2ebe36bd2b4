#pragma once

#include <string>
#include <string_view>

#include "harness/base/result.hpp"
#include "harness/series/draft.hpp"
#include "harness/series/log_reader.hpp"

/// One reader a format. `name` is what errors call the log; behind `text` JsonWalk::kPadding bytes
/// can be read.
namespace leakcheck::series {

/// Which format it is, by its beginning.
/// Errors: ErrorKind::usage for what is none of them.
Result<Format> detect_format(std::string_view text, const std::string& name);

/// A line may have other text around the object; lines without one are counted.
Result<Draft> read_json_lines(std::string_view text, const std::string& name);

/// A header and rows, separated by comma, semicolon or tab; quotes as in RFC 4180, but no line
/// feeds inside.
Result<Draft> read_csv(std::string_view text, const std::string& name);

/// Whether the line could be the header of such a table: it names a time and a kind of memory.
bool is_csv_header(std::string_view line);

/// The answer to a range query. Source: Prometheus, HTTP API, "Range queries".
Result<Draft> read_prometheus(std::string_view text, const std::string& name);

/// Takes the next line off, without its line feed.
std::string_view take_line(std::string_view& text);

}  // namespace leakcheck::series
