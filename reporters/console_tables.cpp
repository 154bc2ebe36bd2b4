#include "reporters/console_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "harness/base/bytes.hpp"
#include "reporters/code_points.hpp"
#include "reporters/judged.hpp"
#include "reporters/marks.hpp"
#include "reporters/numbers.hpp"
#include "reporters/sparkline.hpp"

namespace leakcheck::reporters {
namespace {

constexpr int kGap = 2;  // between columns
constexpr std::size_t kMostLimits = 5;
constexpr int kShortestLine = 8;
constexpr int kNarrowestLine = 4;
constexpr int kLongestLine = 40;
constexpr std::size_t kLimitRows = 3;
constexpr std::size_t kFewestLevels = 3;
constexpr double kQuietRange = 4 * 1024;

/// `fails` is for growth per key, which the scenario may accept.
std::string mark(model::Answer answer, bool fails, const Paint& paint) {
  switch (answer) {
    case model::Answer::clean:
      return paint.green("✓");
    case model::Answer::leak:
      return paint.red("✗");
    case model::Answer::keyed_growth:
      return fails ? paint.red("✗") : paint.green("~");
    case model::Answer::time_bounded:
    case model::Answer::bounded:
      return paint.green("~");
    case model::Answer::inconclusive:
      return paint.yellow("?");
  }
  return " ";
}

struct Column {
  std::string head;
  std::vector<std::string> cells;
  bool wanted = true;

  int width() const {
    int widest = display_width(head);
    for (const auto& cell : cells) widest = std::max(widest, display_width(cell));
    return widest;
  }
};

struct Table {
  Column name, kept, interval, budget, detectable;

  int width() const {
    int all = 0;
    for (const Column* column : {&name, &kept, &interval, &budget, &detectable})
      if (column->wanted) all += kGap + column->width();
    return all;
  }
};

Table fill_table(const model::RunReport& report) {
  const auto& verdicts = report.verdict->quantities;
  const double confidence = verdicts.front().growth.confidence;
  Table table;
  table.name.head = "per request";
  table.kept.head = "kept";
  table.interval.head =
      std::isfinite(confidence) ? fmt::format("{:.4g} % interval", 100 * confidence) : "interval";
  table.budget.head = "budget";
  table.detectable.head = "detectable";
  for (const auto& verdict : verdicts) {
    const model::Estimate& growth = verdict.growth;
    const bool known = growth.deltas > 0;
    // A leak was seen: from which size on it would have been is no longer the question.
    const bool leak =
        verdict.answer == model::Answer::leak || verdict.answer == model::Answer::keyed_growth;
    table.name.cells.push_back("  " + std::string(model::to_string(verdict.quantity)));
    table.kept.cells.push_back(known ? format_bytes(growth.bytes_per_request) : "–");
    table.interval.cells.push_back(known ? format_interval(growth.low, growth.high) : "–");
    table.budget.cells.push_back(format_bytes(verdict.budget_per_request));
    table.detectable.cells.push_back(known && !leak ? format_bytes(verdict.smallest_leak) : "–");
  }
  return table;
}

std::string render_row(const Table& table, std::size_t row, const model::QuantityVerdict& verdict,
                       bool fails, const Paint& paint) {
  const auto cell = [&](const Column& column) {
    return pad_left(column.cells[row], kGap + column.width());
  };
  // The mark takes the place of the name's margin.
  const std::string name = pad_right(table.name.cells[row], table.name.width());
  const std::string kept = cell(table.kept);
  std::string line = "  " + mark(verdict.answer, fails, paint) + name.substr(1) +
                     (fails ? paint.bold(kept) : kept);
  if (table.interval.wanted) line += paint.dim(cell(table.interval));
  if (table.budget.wanted) line += cell(table.budget);
  if (table.detectable.wanted) line += cell(table.detectable);
  return line;
}

/// Enough for growth at twice the budget to fill the height; noise below that stays low.
double quiet_range(const model::RunReport& report, model::Quantity quantity,
                   std::int64_t requests) {
  const auto* verdict = find_verdict(report, quantity);
  if (verdict == nullptr || !std::isfinite(verdict->budget_per_request)) return kQuietRange;
  return std::max(kQuietRange, 2 * verdict->budget_per_request * static_cast<double>(requests));
}

/// What came after the answer: one route alone, no load at all, or load between snapshots.
bool is_another_load(const model::Cycle& cycle) {
  return cycle.phase == model::Phase::routes || cycle.phase == model::Phase::settle ||
         cycle.phase == model::Phase::explain;
}

/// None where native memory was not counted.
std::optional<Bytes> find_level(const model::Cycle& cycle, model::Quantity quantity) {
  if (quantity != model::Quantity::native) return model::amount(cycle.post_gc, quantity);
  if (!cycle.native) return std::nullopt;
  return cycle.native->live;
}

}  // namespace

std::vector<std::string> list_quantities(const model::RunReport& report, const Paint& paint,
                                         int width) {
  if (!report.verdict ||
      std::none_of(report.verdict->quantities.begin(), report.verdict->quantities.end(),
                   [](const auto& each) { return each.growth.deltas > 0; }))
    return {};
  const auto& verdicts = report.verdict->quantities;
  Table table = fill_table(report);
  // What matters least goes first when the terminal is narrow.
  for (Column* column : {&table.interval, &table.budget, &table.detectable})
    if (table.width() > width) column->wanted = false;

  std::string head = "  " + pad_right(table.name.head, table.name.width());
  for (const Column* column : {&table.kept, &table.interval, &table.budget, &table.detectable})
    if (column->wanted) head += pad_left(column->head, kGap + column->width());
  std::vector<std::string> lines = {paint.dim(head)};
  for (std::size_t row = 0; row < verdicts.size(); ++row)
    lines.push_back(
        render_row(table, row, verdicts[row], is_growth(report, verdicts[row].answer), paint));
  for (const auto& verdict : verdicts)
    if (verdict.answer != model::Answer::clean && verdict.answer != model::Answer::inconclusive &&
        verdict.allocations_per_request && std::isfinite(*verdict.allocations_per_request))
      lines.push_back(paint.dim(
          cut(fmt::format("    {}: {:.2f} more allocations alive for every request",
                          model::to_string(verdict.quantity), *verdict.allocations_per_request),
              width)));
  return lines;
}

std::vector<std::string> draw_series(const model::RunReport& report, const Paint& paint,
                                     int width) {
  const auto quantity = report.verdict && report.verdict->culprit ? *report.verdict->culprit
                                                                  : model::Quantity::heap_used;
  std::vector<double> levels;
  std::int64_t requests = 0;  // between the first level and the last
  const auto add = [&](bool warmup) {
    for (const auto& cycle : report.cycles) {
      if ((cycle.phase == model::Phase::warmup) != warmup || is_another_load(cycle)) continue;
      const auto bytes = find_level(cycle, quantity);
      if (!bytes) continue;
      if (!levels.empty()) requests += cycle.requests;
      levels.push_back(static_cast<double>(bytes->count));
    }
  };
  add(false);
  // Nothing but warm-up was read: better than nothing.
  if (levels.empty()) add(true);
  if (levels.size() < kFewestLevels) return {};

  const auto level = [](double bytes) {
    return format_bytes(Bytes{static_cast<std::int64_t>(bytes)});
  };
  const std::string first = level(levels.front());
  const std::string last = level(levels.back());
  const std::string over = fmt::format("  over {}", count_of(requests, "request"));
  std::string label = fmt::format("{} after GC", model::to_string(quantity));
  int left = width - 6 - display_width(label) - display_width(first) - display_width(last);
  if (left < kShortestLine) {
    left += display_width(label);
    label = model::to_string(quantity);
    left -= display_width(label);
  }
  if (left < kNarrowestLine) return {};
  const bool with_over = left >= display_width(over) + kShortestLine;
  const int columns = std::min(left - (with_over ? display_width(over) : 0), kLongestLine);
  const std::string line =
      render_sparkline(levels, columns, quiet_range(report, quantity, requests));
  const bool leaks = report.outcome.ending == model::Ending::leak;
  return {fmt::format("  {}  {} {} {}{}", label, first, leaks ? paint.red(line) : paint.cyan(line),
                      last, with_over ? paint.dim(over) : "")};
}

std::vector<std::string> list_limit_lines(const model::RunReport& report, const Paint& paint,
                                          int width) {
  std::vector<std::string> lines;
  std::vector<const model::Check*> shown;
  std::int64_t kept = 0;
  for (const auto state : {model::CheckState::failed, model::CheckState::inconclusive})
    for (const Limit& limit : list_limits(report))
      if (limit.check->state == state) shown.push_back(limit.check);
  for (const Limit& limit : list_limits(report))
    kept += limit.check->state == model::CheckState::passed ? 1 : 0;

  for (std::size_t at = 0; at < std::min(shown.size(), kMostLimits); ++at) {
    const model::Check& check = *shown[at];
    const bool says_limit = check.name.find(check.limit) != std::string::npos;
    const std::string numbers = check.state == model::CheckState::inconclusive ? check.message
                                : says_limit
                                    ? check.measured
                                    : fmt::format("{}, limit {}", check.measured, check.limit);
    std::string margin = "  " + mark(check.state, paint) + " ";
    const std::string name = check.name.empty() ? "limit" : check.name;
    for (const auto& row :
         wrap(clean_line(fmt::format("{}: {}", name, numbers)), width - 4, kLimitRows)) {
      lines.push_back(margin + row);
      margin = "    ";
    }
  }
  if (shown.size() > kMostLimits)
    lines.push_back(fmt::format("    and {} more that failed or could not be judged",
                                shown.size() - kMostLimits));
  if (kept > 0)
    lines.push_back(
        "  " + mark(model::CheckState::passed, paint) + " " +
        fmt::format("{} kept", count_of(kept, shown.empty() ? "limit" : "other limit")));
  return lines;
}

}  // namespace leakcheck::reporters
