#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/verdict/judge_over_time.hpp"
#include "harness/verdict/time_evidence.hpp"

namespace leakcheck::verdict {

/// All that is known of the judged life of a process, before it is judged.
struct Sight {
  const TimeSettings& settings;
  const Readings& readings;
  bool post_gc = false;  ///< `heap` is of readings after collections
  std::size_t heap_readings = 0;
  double usual_heap = 0;  ///< median of them
  stats::Collections collections{};
  int full_ones = 0;    ///< collections that show; 0 when the floors are lows of windows
  double window_s = 0;  ///< that a floor is the least of; from one full collection to the next
  FloorTrend heap{};
  Evidence evidence = Evidence::none;
  Traffic traffic = Traffic::unknown;

  double limit() const { return settings.growth_percent; }
  /// In percent of `of` over the time of the rule.
  double percent(double slope, double of) const {
    return of > 0 ? 100 * slope * settings.over_s / of : 0;
  }
  std::size_t fewest_floors() const { return full_ones > 0 ? 2 : 10; }
  bool is_whole(const FloorTrend& trend) const { return trend.span_s() >= 0.9 * settings.over_s; }
};

Sight look_at(const TimeSettings& settings, const Readings& readings);

/// The same floors of another quantity.
FloorTrend follow_quantity(const Sight& sight, double model::MemoryReading::*place);

/// The slope at which the limit is reached, for a level.
double limit_slope(const TimeSettings& settings, double level);

/// Answer, reason, hint and rule of the heap.
void judge_heap(const Sight& sight, model::SeriesVerdict& verdict);

/// "2026-11-23 20:08 UTC"; "3.2 h" after the start, when times do not count from 1970.
std::string format_moment(double at_s);

}  // namespace leakcheck::verdict
