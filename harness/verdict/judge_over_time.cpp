#include "harness/verdict/judge_over_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/bytes.hpp"
#include "harness/base/long_time.hpp"
#include "harness/verdict/time_sight.hpp"
#include "harness/verdict/wording.hpp"

namespace leakcheck::verdict {
namespace {

using model::MemoryReading;
using model::Quantity;
using model::SeriesVerdict;
using model::TimeAnswer;

constexpr double kNearlyAsLong = 0.8;
constexpr double kSurelyCollected = 64.0 * 1024 * 1024;  // external memory makes V8 collect

/// The longest part; the latest of those that are nearly as long.
std::size_t choose_part(const model::MemorySeries& series) {
  double longest = 0;
  for (const auto& part : series.parts) longest = std::max(longest, part.span_s());
  for (std::size_t i = series.parts.size(); i-- > 0;)
    if (series.parts[i].span_s() >= kNearlyAsLong * longest) return i;
  return 0;
}

void list_parts(const model::MemorySeries& series, std::size_t judged, SeriesVerdict& verdict) {
  for (std::size_t i = 0; i < series.parts.size(); ++i) {
    const auto& part = series.parts[i];
    verdict.parts.push_back({part.readings.front().at_s, part.readings.back().at_s,
                             static_cast<std::int64_t>(part.readings.size()), part.began,
                             i == judged});
  }
  if (series.parts.size() < 2) return;
  verdict.notes.push_back(fmt::format(
      "{} parts, since it {}; judged is the one of {} from {}", series.parts.size(),
      series.parts[judged == 0 ? 1 : judged].began, format_long_time(series.parts[judged].span_s()),
      format_moment(series.parts[judged].readings.front().at_s)));
}

model::TimeTrend make_trend(const Sight& sight, Quantity quantity, const FloorTrend& floors,
                            double of) {
  constexpr double kHour = 3600;
  model::TimeTrend trend;
  trend.quantity = quantity;
  trend.from_bytes = floors.line.at_start;
  trend.to_bytes = floors.line.at_end;
  trend.per_hour = floors.line.slope * kHour;
  trend.low = floors.line.low * kHour;
  trend.high = floors.line.high * kHour;
  trend.confidence = stats::kConfidence;
  trend.climb_percent = sight.percent(floors.line.slope, of);
  trend.climb_low = sight.percent(floors.line.low, of);
  trend.climb_high = sight.percent(floors.line.high, of);
  trend.of_bytes = of;
  trend.floors = static_cast<int>(floors.judged.size());
  return trend;
}

/// Whether it climbs beyond the limit and goes on, by the whole line.
bool climbs(const Sight& sight, const FloorTrend& floors, double of) {
  const double low = sight.percent(floors.line.low, of);
  const double seen = low * floors.span_s() / sight.settings.over_s;
  return low > sight.limit() && (sight.is_whole(floors) || seen > sight.limit()) &&
         floors.is_steady() && !floors.slows;
}

std::string climb_words(const Sight& sight, const FloorTrend& floors, std::string_view what) {
  return fmt::format("{} climbs from {} to {} in {}", what, format_level(floors.line.at_start),
                     format_level(floors.line.at_end),
                     format_long_time(floors.span_s() > 0 ? floors.span_s() : sight.window_s));
}

/// Memory outside of the heap, when the heap itself is no leak.
void judge_the_others(const Sight& sight, SeriesVerdict& verdict) {
  const FloorTrend external = follow_quantity(sight, &MemoryReading::external);
  const FloorTrend buffers = follow_quantity(sight, &MemoryReading::array_buffers);
  const FloorTrend rss = follow_quantity(sight, &MemoryReading::rss);
  const double heap = sight.heap.line.at_start;
  const auto add = [&](Quantity quantity, const FloorTrend& floors, double of) {
    if (floors.judged.size() > 1) verdict.trends.push_back(make_trend(sight, quantity, floors, of));
  };
  add(Quantity::external, external, heap + external.line.at_start);
  add(Quantity::array_buffers, buffers, heap + buffers.line.at_start);
  add(Quantity::rss, rss, rss.line.at_start);
  if (verdict.answer == TimeAnswer::leak || verdict.rule.state == model::CheckState::failed) return;
  if (sight.heap.judged.size() < 2) return;

  const auto is_growth = [&](const FloorTrend& floors) {
    return floors.judged.size() > 1 && climbs(sight, floors, heap + floors.line.at_start) &&
           (sight.evidence != Evidence::none ||
            floors.line.at_end - floors.line.at_start > kSurelyCollected);
  };
  if (is_growth(buffers) || is_growth(external)) {
    const bool named = is_growth(buffers);
    verdict.answer = TimeAnswer::buffer_growth;
    verdict.reason = climb_words(sight, named ? buffers : external,
                                 named ? "memory of Buffers (arrayBuffers)" : "external memory") +
                     ", while heapUsed does not";
    verdict.hint = "look for Buffers, streams or native objects that are kept";
  } else if (rss.judged.size() > 1 && verdict.answer != TimeAnswer::inconclusive &&
             climbs(sight, rss, rss.line.at_start)) {
    verdict.answer = TimeAnswer::native_growth;
    verdict.reason = climb_words(sight, rss, "rss") +
                     ", while heapUsed and external do not: native memory, or an allocator that "
                     "keeps its pages; a log cannot tell which";
    verdict.hint = "run leakcheck run, which counts malloc; try MALLOC_ARENA_MAX=2";
  }
}

void add_notes(const Sight& sight, SeriesVerdict& verdict) {
  const auto note = [&](std::string text) { verdict.notes.push_back(std::move(text)); };
  if (sight.heap.judged.size() < 2) return;
  if (sight.evidence != Evidence::none && sight.evidence != Evidence::post_gc)
    note("full collections took place: " +
         explain(sight.evidence, sight.collections, sight.full_ones));
  if (sight.heap.daily) note("a daily cycle was seen and taken off");
  if (sight.heap.warm_s > 0)
    note(fmt::format("the first {} are warm-up and were left out",
                     format_long_time(sight.heap.warm_s)));
  if (!sight.is_whole(sight.heap))
    note(fmt::format(
        "the log spans {} of the {} of the rule: the numbers over that time are worked "
        "out from it",
        format_long_time(sight.heap.span_s()), format_long_time(sight.settings.over_s)));
  if (sight.traffic == Traffic::unknown)
    note(
        "bytes per request cannot be told: the log counts no requests (add a key \"requests\" with "
        "the number served so far)");
}

}  // namespace

SeriesVerdict judge_over_time(const TimeSettings& settings, const model::MemorySeries& series) {
  SeriesVerdict verdict;
  verdict.name = series.name;
  const std::size_t judged = choose_part(series);
  const Readings& readings = series.parts[judged].readings;
  const Sight sight = look_at(settings, readings);
  judge_heap(sight, verdict);
  if (sight.heap.judged.size() > 1)
    verdict.trends.push_back(
        make_trend(sight, Quantity::heap_used, sight.heap, sight.heap.line.at_start));
  judge_the_others(sight, verdict);
  for (const auto& floor : sight.heap.found) verdict.floors.push_back({floor.at, floor.level});
  verdict.warm_s = sight.heap.warm_s;
  verdict.collections = sight.collections.falls;
  verdict.window_s = sight.window_s;
  verdict.per_request = estimate_per_request(readings, sight.heap);
  list_parts(series, judged, verdict);
  verdict.notes.insert(verdict.notes.end(), series.notes.begin(), series.notes.end());
  add_notes(sight, verdict);
  return verdict;
}

}  // namespace leakcheck::verdict
