#include "reporters/diff_console.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/bytes.hpp"
#include "reporters/code_points.hpp"
#include "reporters/columns.hpp"
#include "reporters/numbers.hpp"

namespace leakcheck::reporters {
namespace {

using model::HeapClassDelta;
using model::HeapDiffReport;
using model::HeapGrowth;

constexpr std::size_t kMostFindings = 5;
constexpr std::size_t kMostGrown = 10;
constexpr std::size_t kMostNotes = 8;

std::string render_headline(const HeapDiffReport& report, const Paint& paint, int width) {
  std::string levels;
  for (const std::int64_t bytes : report.total_bytes)
    levels += (levels.empty() ? "" : " → ") + format_bytes(Bytes{bytes});
  if (report.total_bytes.size() > 1)
    levels += " (" + signed_bytes(report.total_bytes.back() - report.total_bytes.front()) + ")";
  return paint.bold("DIFF") + "  " + cut(levels, width - 6);
}

void add_files(Page& page, const HeapDiffReport& report) {
  for (std::size_t i = 0; i < report.files.size(); ++i)
    page.entry(i == 0 ? "from" : i + 1 == report.files.size() ? "to" : "over", report.files[i], 2);
  page.entry("objects",
             report.by_id
                 ? fmt::format("{:.1f} % of those in the first are in the last, by id",
                               100 * report.matched_share)
                 : fmt::format("compared by class only: {:.1f} % are in both, so the ids don't "
                               "belong together (another process, or the inspector's session was "
                               "closed in between)",
                               100 * report.matched_share));
  page.end_block();
}

std::string name_of(const HeapGrowth& growth) {
  const auto& path = growth.object.path;
  const std::string label = path.empty() ? "" : path.back().label;
  return label.empty() ? growth.object.class_name : label + "  " + growth.object.class_name;
}

/// "↑" where it grew between all of them.
std::string step_mark(bool at_every_step) {
  return at_every_step ? "↑" : "";
}

void add_grown(Page& page, const HeapDiffReport& report, const HeapStyle& style) {
  const auto rows = filter_rows(report.grown, style.filter, name_of);
  if (rows.empty()) return;
  const std::size_t shown = std::min({rows.size(), kMostGrown, style.top});
  std::vector<std::string> names;
  std::vector<Column> columns = {{"held", 2}, {"now", 1}, {"retained", 0}, {"object", 4}};
  if (report.files.size() > 2) columns.push_back({"each step", 3});
  for (std::size_t i = 0; i < shown; ++i) {
    const HeapGrowth& row = *rows[i];
    names.push_back(clean_line(name_of(row)));
    columns[0].cells.push_back(format_grouped(row.fan_out_before));
    columns[1].cells.push_back(format_grouped(row.fan_out_after));
    columns[2].cells.push_back(signed_bytes(row.retained_growth));
    columns[3].cells.push_back(show_id(row.object.id));
    if (columns.size() > 4) columns[4].cells.push_back(step_mark(row.at_every_step));
  }
  page.lines(
      lay_out("objects that hold more", names, std::move(columns), page.paint(), page.width()));
  add_rest(page, rows.size(), shown);
  page.end_block();
}

void add_classes(Page& page, const HeapDiffReport& report, const HeapStyle& style) {
  const auto rows =
      filter_rows(report.classes, style.filter, [](const auto& row) { return row.name; });
  if (rows.empty()) {
    page.line(style.filter.empty() ? "  no class has another number of objects"
                                   : "  no class of that name has another number of objects");
    page.end_block();
    return;
  }
  const std::size_t shown = std::min(style.top, rows.size());
  std::vector<std::string> names;
  std::vector<Column> columns = {
      {"new", 3}, {"deleted", 4}, {"count", 1}, {"shallow", 0}, {"a new one", 5}};
  if (report.files.size() > 2) columns.push_back({"each step", 2});
  for (std::size_t i = 0; i < shown; ++i) {
    const HeapClassDelta& row = *rows[i];
    names.push_back(name_with_place(row.name, row.place));
    columns[0].cells.push_back(format_grouped(row.new_count));
    columns[1].cells.push_back(format_grouped(row.deleted_count));
    columns[2].cells.push_back(signed_count(row.new_count - row.deleted_count));
    columns[3].cells.push_back(signed_bytes(row.new_bytes - row.deleted_bytes));
    columns[4].cells.push_back(show_id(row.example));
    if (columns.size() > 5) columns[5].cells.push_back(step_mark(row.at_every_step));
  }
  page.lines(lay_out("class", names, std::move(columns), page.paint(), page.width()));
  add_rest(page, rows.size(), shown);
  page.end_block();
}

std::uint64_t next_object(const HeapDiffReport& report) {
  for (const auto& finding : report.findings)
    if (!finding.path.empty() && finding.path.back().id > 0) return finding.path.back().id;
  if (!report.grown.empty()) return report.grown.front().object.id;
  for (const auto& row : report.classes)
    if (row.example > 0 && row.new_bytes > row.deleted_bytes) return row.example;
  return 0;
}

void add_end(Page& page, const HeapDiffReport& report) {
  for (std::size_t i = 0; i < std::min(report.notes.size(), kMostNotes); ++i)
    page.entry("note", report.notes[i]);
  page.end_block();
  if (report.files.empty() || report.files.back() == "-") return;
  const std::string last = quote_for_shell(clean_line(report.files.back()));
  const std::uint64_t id = next_object(report);
  page.whole_entry(
      "next", id > 0 ? fmt::format("leakcheck snapshot {} --path {}  # what holds it", last, id)
                     : fmt::format("leakcheck snapshot {}", last));
}

}  // namespace

std::string render_diff_console(const HeapDiffReport& report, const HeapStyle& style) {
  const Paint paint(style.console.color);
  const int width = std::clamp(style.console.width, kNarrowestHeap, kWidestHeap);
  Page page(paint, width, kHeapLabelWidth);
  page.line(render_headline(report, paint, width));
  page.end_block();
  add_files(page, report);
  add_objects(page, report.objects);
  add_findings(page, report.findings, kMostFindings);
  add_grown(page, report, style);
  add_classes(page, report, style);
  add_end(page, report);
  return page.text();
}

}  // namespace leakcheck::reporters
