#include "reporters/judge_console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/base/bytes.hpp"
#include "harness/base/long_time.hpp"
#include "reporters/code_points.hpp"
#include "reporters/layout.hpp"
#include "reporters/marks.hpp"
#include "reporters/numbers.hpp"
#include "reporters/page.hpp"
#include "reporters/sparkline.hpp"

namespace leakcheck::reporters {
namespace {

using model::JudgeReport;
using model::SeriesVerdict;
using model::TimeAnswer;

constexpr int kLabelWidth = 10;
constexpr int kNarrowest = 40;
constexpr int kWidest = 100;
constexpr int kLongestName = 48;
constexpr int kLongestLine = 40;
constexpr std::size_t kReasonRows = 6;
constexpr std::size_t kMostNotes = 8;
constexpr std::size_t kMostSeries = 20;
constexpr double kWidestKnown = 100;  // points of a percentage; times the estimate
constexpr double kQuietShare = 0.02;  // of the level: less climb does not fill the line

Headline headline_of_judgement(const SeriesVerdict& verdict) {
  switch (verdict.answer) {
    case TimeAnswer::leak:
      return {"LEAK", Headline::kBad};
    case TimeAnswer::buffer_growth:
      return {"BUFFER GROWTH", Headline::kBad};
    case TimeAnswer::clean:
    case TimeAnswer::bounded:
    case TimeAnswer::native_growth:
    case TimeAnswer::inconclusive:
      break;
  }
  if (verdict.rule.state == model::CheckState::failed) return {"LIMIT EXCEEDED", Headline::kBad};
  if (verdict.answer == TimeAnswer::native_growth) return {"NATIVE GROWTH", Headline::kOpen};
  if (verdict.answer == TimeAnswer::clean) return {"CLEAN", Headline::kGood};
  if (verdict.answer == TimeAnswer::bounded) return {"BOUNDED", Headline::kGood};
  return {"INCONCLUSIVE", Headline::kOpen};
}

std::string level(double bytes) {
  return std::isfinite(bytes) ? format_bytes(Bytes{static_cast<std::int64_t>(bytes)}) : "not known";
}

std::string render_headline(const JudgeReport& report, const SeriesVerdict& verdict,
                            const Paint& paint, int width) {
  const Headline headline = headline_of_judgement(verdict);
  const std::string name = verdict.name.empty() ? report.file : verdict.name;
  std::vector<std::string> facts = {report.format};
  for (const auto& part : verdict.parts) {
    if (!part.judged) continue;
    facts.push_back(format_long_time(part.to_s - part.from_s));
    facts.push_back(count_of(part.readings, "reading"));
  }
  const int left = width - display_width(headline.words) - 2;
  const std::string shown = cut(clean_line(name), std::min(left, kLongestName));
  int used = display_width(headline.words) + 2 + display_width(shown);
  std::string dim;
  for (const auto& fact : facts) {
    const std::string next = " · " + fact;
    if (used + display_width(next) > width) break;
    used += display_width(next);
    dim += next;
  }
  return paint.in(headline.colour, headline.words) + "  " + paint.bold(shown) + paint.dim(dim);
}

/// "  heapUsed floors  12.0 MB ▁▂▃ 40.1 MB  over 6 h".
void add_floors(Page& page, const SeriesVerdict& verdict) {
  if (verdict.floors.size() < 3) return;
  std::vector<double> values;
  for (const auto& floor : verdict.floors) values.push_back(floor.bytes);
  const std::string before = "heapUsed floors  " + level(values.front()) + " ";
  const std::string after =
      " " + level(values.back()) + "  over " +
      format_long_time(verdict.floors.back().at_s - verdict.floors.front().at_s);
  const int room = page.width() - 2 - display_width(before) - display_width(after);
  if (room < 4) return;
  const double least = kQuietShare * *std::max_element(values.begin(), values.end());
  page.line("  " + before +
            page.paint().cyan(render_sparkline(values, std::min(room, kLongestLine), least)) +
            after);
}

void add_table(Page& page, const JudgeReport& report, const SeriesVerdict& verdict) {
  if (verdict.trends.empty()) return;
  std::vector<std::vector<std::string>> rows = {
      {"floors", "from", "to", "per hour",
       "climb over " + format_long_time(report.over_ms / 1000) + ", 99.9 %"}};
  for (const auto& trend : verdict.trends) {
    const bool known = trend.climb_high - trend.climb_low < kWidestKnown;
    rows.push_back({std::string(model::to_string(trend.quantity)), level(trend.from_bytes),
                    level(trend.to_bytes), format_bytes(trend.per_hour),
                    known ? fmt::format("{:.1f} to {:.1f} %", trend.climb_low, trend.climb_high)
                          : "not known"});
  }
  std::vector<int> widths(rows.front().size(), 0);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i]));
  for (const auto& row : rows) {
    std::string line = pad_right(row[0], widths[0]);
    for (std::size_t i = 1; i < row.size(); ++i) line += "  " + pad_left(row[i], widths[i]);
    if (2 + display_width(line) > page.width()) line = cut(line, page.width() - 2);
    page.line("  " + (&row == &rows.front() ? page.paint().dim(line) : line));
  }
}

void add_series(Page& page, const JudgeReport& report, const SeriesVerdict& verdict) {
  page.line(render_headline(report, verdict, page.paint(), page.width()));
  page.end_block();
  page.sentence(verdict.reason, kReasonRows);
  page.end_block();
  add_floors(page, verdict);
  page.end_block();
  add_table(page, report, verdict);
  page.marked(mark(verdict.rule.state, page.paint()),
              fmt::format("{}: {}, limit {}", verdict.rule.name, verdict.rule.measured,
                          verdict.rule.limit));
  page.end_block();
  // Few floors give an interval that says nothing.
  if (verdict.per_request && verdict.per_request->high - verdict.per_request->low <
                                 kWidestKnown * std::abs(verdict.per_request->bytes_per_request))
    page.entry("requests",
               fmt::format("{} kept for each of {} (interval {})",
                           format_bytes(verdict.per_request->bytes_per_request),
                           count_of(verdict.per_request->requests, "request"),
                           format_interval(verdict.per_request->low, verdict.per_request->high)));
  for (std::size_t i = 0; i < std::min(verdict.notes.size(), kMostNotes); ++i)
    page.entry("note", verdict.notes[i]);
  if (verdict.notes.size() > kMostNotes)
    page.entry("", fmt::format("and {} more in the JSON", verdict.notes.size() - kMostNotes));
  if (!verdict.hint.empty()) page.entry("hint", verdict.hint, 4);
  page.end_block();
}

}  // namespace

std::string render_judge_console(const JudgeReport& report, const ConsoleStyle& style) {
  const Paint paint(style.color);
  const int width = std::clamp(style.width, kNarrowest, kWidest);
  Page page(paint, width, kLabelWidth);
  for (std::size_t i = 0; i < std::min(report.series.size(), kMostSeries); ++i)
    add_series(page, report, report.series[i]);
  if (report.series.size() > kMostSeries)
    page.line(fmt::format("  and {} more series in the JSON", report.series.size() - kMostSeries));
  page.end_block();
  for (const auto& note : report.notes) page.entry("log", note);
  if (report.series.size() > 1) page.sentence(report.outcome.message, kReasonRows);
  return page.text();
}

}  // namespace leakcheck::reporters
