#include "reporters/console_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reporters/code_points.hpp"
#include "reporters/judged.hpp"
#include "reporters/numbers.hpp"
#include "reporters/sparkline.hpp"

namespace leakcheck::reporters {
namespace {

constexpr int kNameWidth = 12;
constexpr int kNumberWidth = 11;
constexpr int kIntervalWidth = 24;
constexpr std::size_t kMostLimits = 5;
constexpr int kShortestLine = 8;
constexpr int kLongestLine = 40;
constexpr std::size_t kLimitRows = 3;
constexpr std::size_t kFewestLevels = 3;
constexpr double kQuietRange = 4 * 1024;

std::string mark(model::Answer answer, const Paint& paint) {
  switch (answer) {
    case model::Answer::clean:
      return paint.green("✓");
    case model::Answer::leak:
      return paint.red("✗");
    case model::Answer::bounded:
      return paint.green("~");
    case model::Answer::inconclusive:
      return paint.yellow("?");
  }
  return " ";
}

std::string mark(model::CheckState state, const Paint& paint) {
  switch (state) {
    case model::CheckState::passed:
      return paint.green("✓");
    case model::CheckState::failed:
      return paint.red("✗");
    case model::CheckState::inconclusive:
      return paint.yellow("?");
  }
  return " ";
}

/// Which columns there is room for.
struct Columns {
  bool interval = true;
  bool budget = true;

  explicit Columns(int width)
      : interval(width >= 4 + kNameWidth + 3 * kNumberWidth + kIntervalWidth),
        budget(width >= 4 + kNameWidth + 3 * kNumberWidth) {}
};

std::string quantity_head(const model::Estimate& growth, const Columns& columns) {
  std::string head =
      "  " + pad_right("per request", 2 + kNameWidth) + pad_left("kept", kNumberWidth);
  if (columns.interval)
    head += pad_left(std::isfinite(growth.confidence)
                         ? fmt::format("{:.4g} % interval", 100 * growth.confidence)
                         : "interval",
                     kIntervalWidth);
  if (columns.budget) head += pad_left("budget", kNumberWidth);
  return head + pad_left("seen from", kNumberWidth);
}

std::string quantity_row(const model::QuantityVerdict& verdict, const Paint& paint,
                         const Columns& columns) {
  const model::Estimate& growth = verdict.growth;
  const bool known = growth.deltas > 0;
  const bool leak = verdict.answer == model::Answer::leak;
  const auto number = [&](double bytes) {
    return pad_left(known ? format_known_bytes(bytes) : "–", kNumberWidth);
  };
  const std::string kept = number(growth.bytes_per_request);
  std::string row = "  " + mark(verdict.answer, paint) + " " +
                    pad_right(model::to_string(verdict.quantity), kNameWidth) +
                    (leak ? paint.bold(kept) : kept);
  if (columns.interval)
    row +=
        paint.dim(pad_left(known ? format_interval(growth.low, growth.high) : "–", kIntervalWidth));
  if (columns.budget) row += pad_left(format_known_bytes(verdict.budget_per_request), kNumberWidth);
  // A leak was seen: from which size on it would have been is no longer the question.
  return row + (leak ? pad_left("–", kNumberWidth) : number(verdict.smallest_leak));
}

/// Enough for growth at twice the budget to fill the height; noise below that stays low.
double quiet_range(const model::RunReport& report, model::Quantity quantity,
                   std::int64_t requests) {
  const auto* verdict = find_verdict(report, quantity);
  if (verdict == nullptr || !std::isfinite(verdict->budget_per_request)) return kQuietRange;
  return std::max(kQuietRange, 2 * verdict->budget_per_request * static_cast<double>(requests));
}

}  // namespace

std::vector<std::string> list_quantities(const model::RunReport& report, const Paint& paint,
                                         int width) {
  if (!report.verdict ||
      std::none_of(report.verdict->quantities.begin(), report.verdict->quantities.end(),
                   [](const auto& each) { return each.growth.deltas > 0; }))
    return {};
  const Columns columns(width);
  std::vector<std::string> lines = {
      paint.dim(quantity_head(report.verdict->quantities.front().growth, columns))};
  for (const auto& verdict : report.verdict->quantities)
    lines.push_back(quantity_row(verdict, paint, columns));
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
      if ((cycle.phase == model::Phase::warmup) != warmup) continue;
      if (!levels.empty()) requests += cycle.requests;
      levels.push_back(static_cast<double>(model::amount(cycle.post_gc, quantity).count));
    }
  };
  add(false);
  // Nothing but warm-up was read: better than nothing.
  if (levels.empty()) add(true);
  if (levels.size() < kFewestLevels) return {};

  const std::string first = format_known_bytes(levels.front());
  const std::string last = format_known_bytes(levels.back());
  const std::string label = fmt::format("{} after GC", model::to_string(quantity));
  const std::string over = fmt::format("  over {}", count_of(requests, "request"));
  const int left = width - 6 - display_width(label) - display_width(first) - display_width(last);
  const bool with_over = left >= display_width(over) + kShortestLine;
  const int columns =
      std::clamp(left - (with_over ? display_width(over) : 0), kShortestLine, kLongestLine);
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
    for (const auto& row : wrap(clean_line(name + ": " + numbers), width - 4, kLimitRows)) {
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
