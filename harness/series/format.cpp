#include "harness/series/formats.hpp"

namespace leakcheck::series {
namespace {

constexpr std::size_t kLinesLookedAt = 200;

}  // namespace

std::string_view to_string(Format format) {
  switch (format) {
    case Format::json_lines:
      return "json-lines";
    case Format::csv:
      return "csv";
    case Format::prometheus:
      return "prometheus";
  }
  return "";
}

std::optional<Format> parse_format(std::string_view word) {
  for (const Format format : {Format::json_lines, Format::csv, Format::prometheus})
    if (word == to_string(format)) return format;
  return std::nullopt;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Result<Format> detect_format(std::string_view text, const std::string& name) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos)
    return fail(ErrorKind::usage, name + " is empty",
                "give it a log of process.memoryUsage(), a line every few seconds");
  const std::string_view head = text.substr(first, 4096);
  if (head.find("\"leakcheckRunRecord\"") != std::string_view::npos)
    return fail(ErrorKind::usage, name + ":1: this is the record of a run, which holds its verdict",
                "look at verdict.answer in it; judge takes logs of process.memoryUsage()");
  if (head.front() == '{' && head.find("\"resultType\"") != std::string_view::npos)
    return Format::prometheus;
  if (head.front() == '{' && head.find("\"status\"") != std::string_view::npos &&
      head.find("\"errorType\"") != std::string_view::npos)
    return Format::prometheus;
  std::string_view rest = text;
  for (std::size_t i = 0; i < kLinesLookedAt && !rest.empty(); ++i) {
    const std::string_view line = take_line(rest);
    if (line.find('{') != std::string_view::npos && line.rfind('}') != std::string_view::npos &&
        !is_csv_header(line))
      return Format::json_lines;
    if (is_csv_header(line)) return Format::csv;
  }
  return fail(ErrorKind::usage, name + ":1: neither JSON lines nor CSV nor Prometheus JSON",
              "judge reads " + list_known_names() + "; or say --format");
}

}  // namespace leakcheck::series
