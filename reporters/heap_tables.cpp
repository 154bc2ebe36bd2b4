#include "reporters/heap_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/bytes.hpp"
#include "reporters/code_points.hpp"
#include "reporters/finding_lines.hpp"
#include "reporters/numbers.hpp"

namespace leakcheck::reporters {
namespace {

constexpr std::size_t kMostObjects = 20;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool holds(std::string_view name, std::string_view filter) {
  return std::search(name.begin(), name.end(), filter.begin(), filter.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != name.end() ||
         filter.empty();
}

std::string render_heap_line(const model::HeapProgress& progress, const ConsoleStyle& style) {
  std::string state;
  if (!progress.step.empty()) {
    state = progress.step;
  } else if (progress.total_bytes > 0) {
    state = fmt::format(
        "{:.0f} % of {}",
        100 * static_cast<double>(progress.done_bytes) / static_cast<double>(progress.total_bytes),
        format_bytes(Bytes{progress.total_bytes}));
  } else {
    state = format_bytes(Bytes{progress.done_bytes}) + " read";
  }
  const std::string name = clean_line(progress.file);
  const int room = style.width - display_width(state) - 2;
  if (room < 4) return cut(state, style.width);
  return Paint(style.color).cyan(cut(name, room)) + "  " + state;
}

std::string name_with_place(const std::string& name, const std::string& place) {
  return clean_line(place.empty() ? name : name + "  " + place);
}

std::string signed_bytes(std::int64_t bytes) {
  return (bytes > 0 ? "+" : "") + format_bytes(Bytes{bytes});
}

std::string signed_count(std::int64_t count) {
  return (count > 0 ? "+" : "") + format_grouped(count);
}

std::string show_id(std::uint64_t id) {
  return id == 0 ? "" : fmt::format("@{}", id);
}

void add_rest(Page& page, std::size_t all, std::size_t shown) {
  if (all > shown)
    page.line("  " + page.paint().dim(fmt::format(
                         "and {} more", format_grouped(static_cast<std::int64_t>(all - shown)))));
}

void add_findings(Page& page, const std::vector<model::Finding>& findings, std::size_t most) {
  for (std::size_t i = 0; i < std::min(findings.size(), most); ++i) {
    add_finding(page, findings[i]);
    page.end_block();
  }
  add_rest(page, findings.size(), most);
  page.end_block();
}

void add_objects(Page& page, const std::vector<model::HeapObject>& objects) {
  for (std::size_t i = 0; i < std::min(objects.size(), kMostObjects); ++i) {
    const model::HeapObject& object = objects[i];
    page.line("  " +
              page.paint().bold(cut(clean_line(fmt::format("{} @{}", object.class_name, object.id)),
                                    page.width() - 2)));
    page.entry(
        "size",
        fmt::format("{} itself, {} retained, holds {}", format_bytes(Bytes{object.shallow_bytes}),
                    format_bytes(Bytes{object.retained_bytes}), format_grouped(object.edges)));
    if (object.path.empty())
      page.entry("held by", "nothing that keeps it: the next collection may take it");
    else
      page.entry("held by", count_of(static_cast<std::int64_t>(object.path.size()), "step"));
    page.lines(draw_path(object.path, page.paint(), page.width()));
    page.end_block();
  }
  add_rest(page, objects.size(), kMostObjects);
}

}  // namespace leakcheck::reporters
