#include "harness/series/log_reader.hpp"

#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "harness/base/file.hpp"
#include "harness/series/clean.hpp"
#include "harness/series/formats.hpp"
#include "harness/series/json_walk.hpp"

namespace leakcheck::series {
namespace {

constexpr std::size_t kMostSeries = 200;

Result<Draft> read_draft(Format format, std::string_view text, const std::string& name) {
  switch (format) {
    case Format::json_lines:
      return read_json_lines(text, name);
    case Format::csv:
      return read_csv(text, name);
    case Format::prometheus:
      return read_prometheus(text, name);
  }
  return Draft();
}

/// Why nothing can be judged, with the first line to look at.
tl::unexpected<Error> explain_nothing(const Draft& draft, Format format, const std::string& name) {
  const std::size_t line = draft.first_broken > 0 ? draft.first_broken : 1;
  if (draft.without_time > 0)
    return fail(ErrorKind::usage, fmt::format("{}:1: memory without a time in every line", name),
                "add a key \"ts\" with Date.now() to each line");
  if (draft.broken > 0)
    return fail(ErrorKind::usage,
                fmt::format("{}:{}: cannot be read as {}, nor can any other line", name, line,
                            to_string(format)),
                "each reading needs " + list_known_names());
  return fail(ErrorKind::usage,
              fmt::format("{}:1: nothing in it tells the memory of a process (read as {})", name,
                          to_string(format)),
              format == Format::prometheus
                  ? "query nodejs_heap_size_used_bytes and process_resident_memory_bytes"
                  : "each reading needs " + list_known_names());
}

}  // namespace

Result<model::SeriesLog> parse_log(std::string text, const std::string& name,
                                   std::optional<Format> format) {
  const std::size_t size = text.size();
  text.append(JsonWalk::kPadding, '\0');
  const std::string_view content(text.data(), size);
  if (!format) {
    const auto detected = detect_format(content, name);
    if (!detected) return tl::unexpected(detected.error());
    format = *detected;
  }
  auto draft = read_draft(*format, content, name);
  if (!draft) return tl::unexpected(draft.error());
  if (draft->series.empty()) return explain_nothing(*draft, *format, name);
  if (draft->series.size() > kMostSeries)
    return fail(ErrorKind::usage,
                fmt::format("{}:1: {} processes in one log", name, draft->series.size()),
                fmt::format("judge takes up to {}: query fewer instances", kMostSeries));
  model::SeriesLog log = clean(std::move(*draft));
  log.format = to_string(*format);
  return log;
}

Result<model::SeriesLog> load_log(const std::filesystem::path& path, std::optional<Format> format) {
  if (path == "-")
    return parse_log(std::string(std::istreambuf_iterator<char>(std::cin), {}), "stdin", format);
  auto text = load_file(path);
  if (!text) {
    Error error = text.error();
    error.kind = ErrorKind::usage;
    return tl::unexpected(std::move(error));
  }
  return parse_log(std::move(*text), path.string(), format);
}

}  // namespace leakcheck::series
