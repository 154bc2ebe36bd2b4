#include "reporters/console_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

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
constexpr int kLongestLine = 40;
constexpr double kQuietRange = 16 * 1024;  // drawn flat when there is no budget to compare with

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

std::string quantity_row(const model::QuantityVerdict& verdict, const Paint& paint,
                         bool with_interval) {
  const model::Estimate& growth = verdict.growth;
  const bool known = growth.deltas > 0;
  const auto number = [&](double bytes) {
    return pad_left(known ? format_known_bytes(bytes) : "–", kNumberWidth);
  };
  const std::string measured = number(growth.bytes_per_request);
  std::string row = "  " + mark(verdict.answer, paint) + " " +
                    pad_right(model::to_string(verdict.quantity), kNameWidth) +
                    (verdict.answer == model::Answer::leak ? paint.bold(measured) : measured);
  if (with_interval)
    row +=
        paint.dim(pad_left(known ? format_interval(growth.low, growth.high) : "–", kIntervalWidth));
  return row + pad_left(format_known_bytes(verdict.budget_per_request), kNumberWidth) +
         number(verdict.smallest_leak);
}

/// Enough for growth at twice the budget to fill the height; noise below that stays low.
double quiet_range(const model::RunReport& report, model::Quantity quantity,
                   std::int64_t requests) {
  const auto* verdict = find_verdict(report, quantity);
  return verdict == nullptr ? kQuietRange
                            : 2 * verdict->budget_per_request * static_cast<double>(requests);
}

}  // namespace

std::vector<std::string> list_quantities(const model::RunReport& report, const Paint& paint,
                                         int width) {
  if (!report.verdict || report.verdict->quantities.empty()) return {};
  const int full = 4 + kNameWidth + 3 * kNumberWidth + kIntervalWidth;
  const bool with_interval = width >= full;
  const double confidence = report.verdict->quantities.front().growth.confidence;
  std::string head =
      "  " + pad_right("kept per request", 2 + kNameWidth) + pad_left("measured", kNumberWidth - 2);
  if (with_interval)
    head += pad_left(fmt::format("{:.4g} % interval", 100 * confidence), kIntervalWidth);
  head += pad_left("budget", kNumberWidth) + pad_left("seen from", kNumberWidth);
  std::vector<std::string> lines = {paint.dim(head)};
  for (const auto& verdict : report.verdict->quantities)
    lines.push_back(quantity_row(verdict, paint, with_interval));
  return lines;
}

std::vector<std::string> draw_series(const model::RunReport& report, const Paint& paint,
                                     int width) {
  const auto quantity = report.verdict && report.verdict->culprit ? *report.verdict->culprit
                                                                  : model::Quantity::heap_used;
  std::vector<double> levels;
  std::int64_t requests = 0;
  const auto add = [&](bool warmup) {
    for (const auto& cycle : report.cycles) {
      if ((cycle.phase == model::Phase::warmup) != warmup) continue;
      levels.push_back(static_cast<double>(model::amount(cycle.post_gc, quantity).count));
      requests += cycle.requests;
    }
  };
  add(false);
  // Nothing but warm-up was read: better than nothing.
  if (levels.empty()) add(true);
  if (levels.size() < 2) return {};

  const std::string first = format_known_bytes(levels.front());
  const std::string last = format_known_bytes(levels.back());
  const std::string label = fmt::format("{} after GC", model::to_string(quantity));
  const std::string over = fmt::format("over {}", count_of(requests, "request"));
  const int taken = 2 + display_width(label) + display_width(first) + display_width(last) +
                    display_width(over) + 8;
  const int columns = std::clamp(width - taken, 8, kLongestLine);
  const std::string line =
      render_sparkline(levels, columns, quiet_range(report, quantity, requests));
  const bool leaks = report.outcome.ending == model::Ending::leak;
  return {fmt::format("  {}  {} {} {}  {}", label, first,
                      leaks ? paint.red(line) : paint.cyan(line), last, paint.dim(over))};
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
    const auto text = wrap(clean_line(check.name + ": " + numbers), width - 4);
    for (std::size_t row = 0; row < std::min<std::size_t>(text.size(), 3); ++row)
      lines.push_back((row == 0 ? "  " + mark(check.state, paint) + " " : "    ") + text[row]);
  }
  if (shown.size() > kMostLimits)
    lines.push_back(fmt::format("    and {} more that failed or could not be judged",
                                shown.size() - kMostLimits));
  if (kept > 0)
    lines.push_back("  " + mark(model::CheckState::passed, paint) + " " +
                    fmt::format("{} kept", count_of(kept, shown.empty() ? "budget or threshold"
                                                                        : "other limit")));
  return lines;
}

}  // namespace leakcheck::reporters
