#include "reporters/columns.hpp"

#include <algorithm>

#include "reporters/code_points.hpp"

namespace leakcheck::reporters {
namespace {

constexpr int kGap = 2;  // between columns
constexpr int kShortestName = 12;

int width_of(const std::vector<Column>& columns) {
  int out = 0;
  for (const Column& column : columns) out += kGap + column.width();
  return out;
}

}  // namespace

int Column::width() const {
  int out = display_width(head);
  for (const auto& cell : cells) out = std::max(out, display_width(cell));
  return out;
}

std::vector<std::string> lay_out(const std::string& head, const std::vector<std::string>& names,
                                 std::vector<Column> columns, const Paint& paint, int width) {
  while (columns.size() > 1 && 2 + kShortestName + width_of(columns) > width)
    columns.erase(std::max_element(columns.begin(), columns.end(),
                                   [](const auto& a, const auto& b) { return a.rank < b.rank; }));
  int longest = display_width(head);
  for (const auto& name : names) longest = std::max(longest, display_width(name));
  const int room = std::min(longest, width - 2 - width_of(columns));

  std::string line = pad_right(cut(head, room), room);
  for (const Column& column : columns) line += pad_left(column.head, kGap + column.width());
  std::vector<std::string> lines = {"  " + paint.dim(line)};
  for (std::size_t row = 0; row < names.size(); ++row) {
    line = "  " + pad_right(cut(names[row], room), room);
    for (const Column& column : columns) line += pad_left(column.cells[row], kGap + column.width());
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace leakcheck::reporters
