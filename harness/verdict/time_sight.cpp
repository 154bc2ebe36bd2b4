#include "harness/verdict/time_sight.hpp"

#include <algorithm>
#include <cmath>

#include "harness/stats/robust.hpp"

namespace leakcheck::verdict {
namespace {

using model::MemoryReading;

constexpr double kReadingsInWindow = 8;
constexpr double kFallsInWindow = 4;
constexpr double kFullOnesInWindow = 2;
constexpr double kWindowsInRule = 24;
constexpr double kMostWindows = 20'000;
constexpr double kTolerance = 0.1;  // of the limit's slope, for warm-up
constexpr std::size_t kFewestPostGc = 10;

/// A stretch of time whose lowest reading is taken for what the heap comes down to.
double choose_window(const Sight& sight, const std::vector<stats::LevelAt>& levels) {
  const double span = levels.back().at - levels.front().at;
  double window =
      std::max(std::min(sight.settings.over_s, span) / kWindowsInRule, span / kMostWindows);
  if (sight.post_gc) return std::min(window, stats::median_interval(levels));
  window = std::max(window, kReadingsInWindow * stats::median_interval(levels));
  window = std::max(window, kFallsInWindow * sight.collections.apart);
  const auto majors = levels_of(sight.readings, &MemoryReading::major_gcs);
  double full_ones_apart = sight.collections.give_backs_apart;
  if (majors.size() >= 2 && majors.back().level > majors.front().level)
    full_ones_apart =
        (majors.back().at - majors.front().at) / (majors.back().level - majors.front().level);
  return std::max(window, kFullOnesInWindow * full_ones_apart);
}

double usual_of(const std::vector<stats::LevelAt>& levels) {
  std::vector<double> values;
  values.reserve(levels.size());
  for (const auto& level : levels) values.push_back(level.level);
  return values.empty() ? 0 : stats::median(values);
}

}  // namespace

double limit_slope(const TimeSettings& settings, double level) {
  return settings.growth_percent / 100 * level / settings.over_s;
}

Sight look_at(const TimeSettings& settings, const Readings& readings) {
  Sight sight{settings, readings};
  auto levels = levels_of(readings, &MemoryReading::post_gc);
  sight.post_gc = settings.post_gc || levels.size() >= kFewestPostGc;
  if (levels.size() < kFewestPostGc) levels = levels_of(readings, &MemoryReading::heap_used);
  sight.heap_readings = levels.size();
  sight.usual_heap = usual_of(levels);
  if (levels.size() < 2 || !(levels.back().at > levels.front().at)) return sight;
  sight.collections = stats::find_collections(levels);
  sight.window_s = choose_window(sight, levels);
  if (!(sight.window_s > 0)) return sight;
  sight.heap = follow_floors(stats::find_floors(levels, sight.window_s),
                             kTolerance * limit_slope(settings, sight.usual_heap));
  sight.evidence = find_evidence(readings, sight.collections, sight.heap, sight.post_gc);
  sight.traffic = find_traffic(readings, sight.heap);
  return sight;
}

FloorTrend follow_quantity(const Sight& sight, double model::MemoryReading::*place) {
  const auto levels = levels_of(sight.readings, place);
  if (levels.size() < 2 || !(sight.window_s > 0)) return {};
  return follow_floors(stats::find_floors(levels, sight.window_s),
                       kTolerance * limit_slope(sight.settings, usual_of(levels)));
}

}  // namespace leakcheck::verdict
