#include "reporters/snapshot_console.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/bytes.hpp"
#include "reporters/code_points.hpp"
#include "reporters/columns.hpp"
#include "reporters/numbers.hpp"

namespace leakcheck::reporters {
namespace {

using model::HeapClass;
using model::SnapshotReport;

constexpr std::size_t kMostFindings = 5;
constexpr std::size_t kMostNotes = 8;
constexpr std::size_t kMostSide = 10;  // rows of the tables after the classes
constexpr int kLongestName = 48;

std::string render_headline(const SnapshotReport& report, const Paint& paint, int width) {
  const std::string words = "SNAPSHOT";
  const std::string name = cut(clean_line(report.file),
                               std::min(kLongestName, width - 2 - static_cast<int>(words.size())));
  int used = static_cast<int>(words.size()) + 2 + display_width(name);
  std::string facts;
  std::vector<std::string> all = {format_bytes(Bytes{report.total_bytes}),
                                  count_of(report.nodes, "object"),
                                  count_of(report.edges, "reference")};
  for (const auto& fact : all) {
    const std::string next = " · " + fact;
    if (used + display_width(next) > width) break;
    used += display_width(next);
    facts += next;
  }
  return paint.bold(words) + "  " + paint.bold(name) + paint.dim(facts);
}

void add_classes(Page& page, const std::string& head, const std::vector<HeapClass>& classes,
                 const HeapStyle& style, std::size_t most) {
  const auto rows = filter_rows(classes, style.filter, [](const auto& row) { return row.name; });
  if (rows.empty()) return;
  const std::size_t shown = std::min(most, rows.size());
  std::vector<std::string> names;
  std::vector<Column> columns = {{"count", 1}, {"shallow", 2}, {"retained", 0}, {"largest", 3}};
  for (std::size_t i = 0; i < shown; ++i) {
    const HeapClass& row = *rows[i];
    names.push_back(name_with_place(row.name, row.place));
    columns[0].cells.push_back(format_grouped(row.count));
    columns[1].cells.push_back(format_bytes(Bytes{row.shallow_bytes}));
    columns[2].cells.push_back(format_bytes(Bytes{row.retained_bytes}));
    columns[3].cells.push_back(show_id(row.example));
  }
  page.lines(lay_out(head, names, std::move(columns), page.paint(), page.width()));
  add_rest(page, rows.size(), shown);
  page.end_block();
}

void add_duplicates(Page& page, const SnapshotReport& report, const HeapStyle& style) {
  const auto rows =
      filter_rows(report.duplicates, style.filter, [](const auto& row) { return row.text; });
  if (rows.empty()) return;
  const std::size_t shown = std::min({rows.size(), kMostSide, style.top});
  std::vector<std::string> names;
  std::vector<Column> columns = {{"copies", 1}, {"bytes", 0}};
  for (std::size_t i = 0; i < shown; ++i) {
    names.push_back('"' + clean_line(rows[i]->text) + '"');
    columns[0].cells.push_back(format_grouped(rows[i]->copies));
    columns[1].cells.push_back(format_bytes(Bytes{rows[i]->bytes}));
  }
  page.lines(lay_out("duplicated strings", names, std::move(columns), page.paint(), page.width()));
  add_rest(page, rows.size(), shown);
  page.end_block();
}

void add_owners(Page& page, const SnapshotReport& report, const HeapStyle& style) {
  const auto rows = filter_rows(report.native_owners, style.filter,
                                [](const auto& row) { return row.name + ' ' + row.kind; });
  if (rows.empty()) return;
  const std::size_t shown = std::min({rows.size(), kMostSide, style.top});
  std::vector<std::string> names;
  std::vector<Column> columns = {{"count", 1}, {"bytes", 0}};
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string& owner = rows[i]->name;
    names.push_back(
        clean_line(fmt::format("{}  {}", owner.empty() ? "(Node.js)" : owner, rows[i]->kind)));
    columns[0].cells.push_back(format_grouped(rows[i]->count));
    columns[1].cells.push_back(format_bytes(Bytes{rows[i]->bytes}));
  }
  page.lines(lay_out("outside V8's heap, by who holds it", names, std::move(columns), page.paint(),
                     page.width()));
  add_rest(page, rows.size(), shown);
  page.end_block();
}

/// The id that is most worth a look: what a finding points at, else the largest class that a person
/// wrote, else nothing.
std::uint64_t next_object(const SnapshotReport& report) {
  for (const auto& finding : report.findings)
    if (!finding.path.empty() && finding.path.back().id > 0) return finding.path.back().id;
  for (const auto& row : report.classes)
    if (!row.place.empty() && row.example > 0) return row.example;
  for (const auto& row : report.classes)
    if (row.name.rfind('(', 0) != 0 && row.example > 0) return row.example;
  return 0;
}

void add_end(Page& page, const SnapshotReport& report) {
  if (report.detached_contexts > 0)
    page.entry(
        "contexts",
        fmt::format("{} of {} V8 contexts are held by objects of the heap only: node:vm "
                    "contexts, or frames, that are still referred to",
                    format_grouped(report.detached_contexts), format_grouped(report.contexts)));
  if (report.extra_native_bytes > 0)
    page.entry("native", format_bytes(Bytes{report.extra_native_bytes}) +
                             " more that V8 counts, and can't say whose");
  for (std::size_t i = 0; i < std::min(report.notes.size(), kMostNotes); ++i)
    page.entry("note", report.notes[i]);
  page.end_block();
  const std::uint64_t id = next_object(report);
  if (id > 0 && report.file != "-")
    page.whole_entry("next", fmt::format("leakcheck snapshot {} --path {}  # what holds it",
                                         quote_for_shell(clean_line(report.file)), id));
}

}  // namespace

std::string render_snapshot_console(const SnapshotReport& report, const HeapStyle& style) {
  const Paint paint(style.console.color);
  const int width = std::clamp(style.console.width, kNarrowestHeap, kWidestHeap);
  Page page(paint, width, kHeapLabelWidth);
  page.line(render_headline(report, paint, width));
  page.end_block();
  add_objects(page, report.objects);
  add_findings(page, report.findings, kMostFindings);
  add_classes(page, "class", report.classes, style, style.top);
  add_classes(page, "plain objects", report.shapes, style, std::min(style.top, kMostSide));
  add_duplicates(page, report, style);
  add_owners(page, report, style);
  add_end(page, report);
  return page.text();
}

}  // namespace leakcheck::reporters
