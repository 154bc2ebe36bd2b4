#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/model/heap_report.hpp"
#include "reporters/page.hpp"
#include "reporters/reporters.hpp"

/// What the reports of snapshots and of their differences have in common.
namespace leakcheck::reporters {

struct HeapStyle {
  ConsoleStyle console{};
  std::size_t top = 20;  ///< rows of a table
  std::string filter{};  ///< only rows whose name holds it, whatever its case
};

constexpr int kHeapLabelWidth = 10;
constexpr int kNarrowestHeap = 40;
constexpr int kWidestHeap = 100;

/// The rows that pass the filter.
template <typename Row, typename Name>
std::vector<const Row*> filter_rows(const std::vector<Row>& rows, const std::string& filter,
                                    Name name_of);

/// Whether `name` holds `filter`, whatever the case of ASCII letters.
bool holds(std::string_view name, std::string_view filter);

/// One line of live progress, without a line feed; never wider than the style's width.
std::string render_heap_line(const model::HeapProgress& progress, const ConsoleStyle& style);

/// "User  src/user.js:3:7".
std::string name_with_place(const std::string& name, const std::string& place);

/// "+1.2 MB", "-312 B", "0 B".
std::string signed_bytes(std::int64_t bytes);
std::string signed_count(std::int64_t count);

/// "@4711", or "" for 0.
std::string show_id(std::uint64_t id);

/// "  and 12 more" when `all` is more than `shown`.
void add_rest(Page& page, std::size_t all, std::size_t shown);

/// Findings, the strongest first, `most` of them.
void add_findings(Page& page, const std::vector<model::Finding>& findings, std::size_t most);

/// Those that --path asked for: sizes, and what holds them.
void add_objects(Page& page, const std::vector<model::HeapObject>& objects);

template <typename Row, typename Name>
std::vector<const Row*> filter_rows(const std::vector<Row>& rows, const std::string& filter,
                                    Name name_of) {
  std::vector<const Row*> out;
  for (const Row& row : rows)
    if (filter.empty() || holds(name_of(row), filter)) out.push_back(&row);
  return out;
}

}  // namespace leakcheck::reporters
