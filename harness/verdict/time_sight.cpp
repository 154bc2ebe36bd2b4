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
constexpr std::size_t kFewestFullOnes = 2;
constexpr double kEnoughWindows = 10;
constexpr double kLeastNoise = 0.02;  // of the level: live memory itself goes up and down
constexpr double kWindowsInRule = 12;
constexpr double kWarmUp = 1.0 / 24;  // of the log; no first floor is taken from it
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
  double full_ones_apart = 0;
  if (majors.size() >= 2 && majors.back().level > majors.front().level)
    full_ones_apart =
        (majors.back().at - majors.front().at) / (majors.back().level - majors.front().level);
  return std::max(window, kFullOnesInWindow * full_ones_apart);
}

/// Above the line through the first of the lows, it held garbage and tells nothing of them.
bool is_above_line(const stats::LevelAt& first, const std::vector<stats::LevelAt>& lows) {
  const auto& next = lows[0];
  const auto& later = lows[std::min<std::size_t>(lows.size() - 1, 2)];
  if (!(later.at > next.at)) return false;
  const double slope = (later.level - next.level) / (later.at - next.at);
  return slope > 0 && first.level > next.level - slope * (next.at - first.at);
}

/// What full collections left, and the least reading before the first of them, warm-up aside: that
/// was not less than what was kept then.
stats::FullLows find_full_floors(const std::vector<stats::LevelAt>& levels,
                                 const stats::Collections& collections) {
  const bool seen_themselves = collections.depth > stats::kYoungGeneration;
  if (seen_themselves && collections.falls >= kFallsInWindow * kEnoughWindows) return {};
  auto found = stats::find_full_lows(levels, collections);
  auto& lows = found.lows;
  if (lows.size() < kFewestFullOnes) return {};
  const double from = levels.front().at + kWarmUp * (levels.back().at - levels.front().at);
  std::optional<stats::LevelAt> first;
  for (const auto& level : levels) {
    if (level.at >= lows.front().at) break;
    if (level.at >= from && (!first || level.level < first->level)) first = level;
  }
  if (first && first->level < lows.front().level && !is_above_line(*first, lows))
    lows.insert(lows.begin(), *first);
  return found;
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
  auto full = sight.post_gc ? stats::FullLows{} : find_full_floors(levels, sight.collections);
  auto& floors = full.lows;
  stats::KnownNoise noise;
  sight.full_ones = static_cast<int>(floors.size());
  if (floors.empty()) {
    floors = stats::find_floors(levels, sight.window_s);
  } else {
    noise.deviation = std::max(full.noise, kLeastNoise * usual_of(floors));
    sight.window_s = std::max(sight.window_s, (floors.back().at - floors.front().at) /
                                                  static_cast<double>(floors.size() - 1));
  }
  sight.heap =
      follow_floors(std::move(floors), kTolerance * limit_slope(settings, sight.usual_heap), noise);
  sight.evidence =
      find_evidence(readings, sight.collections, sight.heap, sight.post_gc, sight.full_ones);
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
