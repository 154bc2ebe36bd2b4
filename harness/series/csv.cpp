#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "harness/series/formats.hpp"
#include "harness/series/values.hpp"

namespace leakcheck::series {
namespace {

struct Column {
  std::optional<Field> field;
  std::string series;  ///< labels of a metric: which of several instances
};

char find_separator(std::string_view header) {
  const auto times = [&](char c) { return std::count(header.begin(), header.end(), c); };
  char best = ',';
  for (const char c : {';', '\t'})
    if (times(c) > times(best)) best = c;
  return best;
}

/// Into `cells`, which keeps its memory.
void split(std::string_view line, char separator, std::vector<std::string>& cells) {
  std::size_t count = 0;
  const auto next = [&]() -> std::string& {
    if (count == cells.size()) cells.emplace_back();
    std::string& cell = cells[count++];
    cell.clear();
    return cell;
  };
  std::string* cell = &next();
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted) {
      if (c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
        *cell += line[++i];
      } else if (c == '"') {
        quoted = false;
      } else {
        *cell += c;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == separator) {
      cell = &next();
    } else {
      *cell += c;
    }
  }
  cells.resize(count);
}

/// "nodejs_heap_size_used_bytes{instance="a"}": the metric, and which instance it is of.
Column read_heading(const std::string& heading) {
  const std::size_t brace = heading.find('{');
  Column column;
  column.field = find_field(std::string_view(heading).substr(0, brace));
  if (brace != std::string::npos) column.series = heading.substr(brace);
  return column;
}

std::vector<Column> read_header(std::string_view line, char separator) {
  std::vector<std::string> cells;
  split(line, separator, cells);
  std::vector<Column> columns;
  for (const auto& cell : cells) columns.push_back(read_heading(cell));
  return columns;
}

bool has_kind(const std::vector<Column>& columns, Field::Kind kind) {
  return std::any_of(columns.begin(), columns.end(), [&](const Column& column) {
    return column.field && column.field->kind == kind;
  });
}

std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

/// The instances of a table; "" alone when its columns name none.
std::vector<std::string> list_series(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) {
    if (!column.field || column.field->kind == Field::Kind::time) continue;
    if (std::find(names.begin(), names.end(), column.series) == names.end())
      names.push_back(column.series);
  }
  // What has no labels belongs to each of those that have.
  if (names.size() > 1) std::erase(names, "");
  return names;
}

void read_row(const std::vector<Column>& columns, const std::vector<std::string>& cells,
              bool decimal_comma, const std::vector<std::string>& series, Draft& draft) {
  for (const std::string& name : series) {
    RawReading raw;
    for (std::size_t i = 0; i < std::min(columns.size(), cells.size()); ++i) {
      const Column& column = columns[i];
      if (!column.field || (!column.series.empty() && column.series != name)) continue;
      std::string cell = cells[i];
      if (cell.find_first_not_of(" \t") == std::string::npos) {
        if (column.field->kind == Field::Kind::memory) ++raw.bad_values;
        continue;
      }
      if (decimal_comma && column.field->kind != Field::Kind::time)
        std::replace(cell.begin(), cell.end(), ',', '.');
      raw.put(*column.field, std::string_view(cell));
    }
    draft.add(name, raw);
  }
}

}  // namespace

bool is_csv_header(std::string_view line) {
  const auto columns = read_header(without_mark(line), find_separator(line));
  return has_kind(columns, Field::Kind::time) && has_kind(columns, Field::Kind::memory);
}

Result<Draft> read_csv(std::string_view text, const std::string& name) {
  Draft draft;
  std::string_view line;
  while (!text.empty()) {
    ++draft.lines;
    line = without_mark(take_line(text));
    if (is_csv_header(line)) break;
    if (!line.empty()) ++draft.unrelated;
    if (text.empty() || draft.lines > 200)
      return fail(ErrorKind::usage, name + ":1: no header that names a time and a kind of memory",
                  "the columns are " + list_known_names());
  }
  const char separator = find_separator(line);
  const std::vector<Column> columns = read_header(line, separator);
  const std::vector<std::string> series = list_series(columns);
  std::vector<std::string> cells;
  while (!text.empty()) {
    line = take_line(text);
    ++draft.lines;
    if (line.empty()) continue;
    split(line, separator, cells);
    if (cells.size() < 2) {
      draft.add_broken(draft.lines);
    } else {
      read_row(columns, cells, separator != ',', series, draft);
    }
  }
  return draft;
}

}  // namespace leakcheck::series
