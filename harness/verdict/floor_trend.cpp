#include "harness/verdict/floor_trend.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "harness/stats/robust.hpp"

namespace leakcheck::verdict {
namespace {

using stats::LevelAt;
using Floors = std::vector<LevelAt>;

constexpr std::size_t kMostPoints = 400;  // that a line is laid through
constexpr double kDay = 86'400;
constexpr double kDaysSeen = 2;
constexpr std::size_t kHours = 24;
constexpr double kSigmasOfCut = 2;
constexpr std::size_t kCuts = 16;  // places where warm-up may end, up to half
constexpr std::size_t kFewestInWindow = 4;
constexpr double kWholeWindow = 0.9;

/// Neighbours joined by their medians, so that there are at most kMostPoints.
Floors thin_out(std::span<const LevelAt> floors) {
  const std::size_t group = (floors.size() + kMostPoints - 1) / kMostPoints;
  if (group <= 1) return {floors.begin(), floors.end()};
  Floors thin;
  std::vector<double> levels;
  for (std::size_t at = 0; at < floors.size(); at += group) {
    const auto some = floors.subspan(at, std::min(group, floors.size() - at));
    levels.clear();
    for (const LevelAt& floor : some) levels.push_back(floor.level);
    thin.push_back({some[some.size() / 2].at, stats::median(levels)});
  }
  return thin;
}

stats::Trend line_through(std::span<const LevelAt> floors, stats::KnownNoise noise = {},
                          double sigmas = stats::kSigmas) {
  const Floors thin = thin_out(floors);
  std::vector<double> x;
  std::vector<double> y;
  for (const LevelAt& floor : thin) {
    x.push_back(floor.at);
    y.push_back(floor.level);
  }
  return stats::estimate_trend(x, y, sigmas, noise);
}

/// Takes the median of each hour of the day off, counted from the line. True when there was a cycle
/// that stands out.
bool take_daily_cycle(Floors& floors) {
  const double begin = floors.front().at;
  if (floors.back().at - begin < kDaysSeen * kDay) return false;
  const stats::Trend line = line_through(floors);
  std::array<std::vector<double>, kHours> hours;
  const auto hour_of = [&](const LevelAt& floor) {
    const double share = std::fmod(floor.at - begin, kDay) / kDay;
    return std::min(static_cast<std::size_t>(share * double{kHours}), kHours - 1);
  };
  const auto residual = [&](const LevelAt& floor) {
    return floor.level - line.at_start - line.slope * (floor.at - begin);
  };
  for (const LevelAt& floor : floors) hours[hour_of(floor)].push_back(residual(floor));
  std::array<double, kHours> usual{};
  std::vector<double> known;
  for (std::size_t i = 0; i < kHours; ++i) {
    if (hours[i].size() < 2) continue;
    usual[i] = stats::median(hours[i]);
    known.push_back(usual[i]);
  }
  if (known.size() < kHours / 2) return false;
  std::vector<double> left;
  for (const LevelAt& floor : floors) left.push_back(residual(floor) - usual[hour_of(floor)]);
  const auto [low, high] = std::minmax_element(known.begin(), known.end());
  if (*high - *low < 2 * 1.4826 * stats::median_absolute_deviation(left)) return false;
  const double middle = stats::median(known);
  for (LevelAt& floor : floors) {
    const double of_hour = usual[hour_of(floor)];
    floor.level -= of_hour == 0 ? 0 : of_hour - middle;
  }
  return true;
}

/// Whether the first half is still significantly faster than the second.
bool slows_down(std::span<const LevelAt> floors, double tolerance, stats::KnownNoise noise) {
  const std::size_t half = floors.size() / 2;
  const stats::Trend first = line_through(floors.first(half), noise, kSigmasOfCut);
  const stats::Trend second = line_through(floors.subspan(half), noise, kSigmasOfCut);
  return first.slope > 1.5 * std::max(second.slope, 0.0) + tolerance && first.low > second.high;
}

/// Medians of three neighbours: one wild floor does not count.
std::vector<double> smooth(std::span<const LevelAt> floors) {
  std::vector<double> out;
  for (std::size_t i = 0; i < floors.size(); ++i) {
    const std::size_t begin = i == 0 ? 0 : i - 1;
    const std::size_t end = std::min(i + 2, floors.size());
    std::vector<double> some;
    for (std::size_t k = begin; k < end; ++k) some.push_back(floors[k].level);
    out.push_back(stats::median(some));
  }
  return out;
}

}  // namespace

double FloorTrend::bend() const {
  double sine = 0;
  double cosine = 0;
  for (const LevelAt& floor : judged) {
    const double passed = floor.at - judged.front().at;
    const double turn = 2 * std::numbers::pi * passed / span_s();
    const double residual = floor.level - line.at_start - line.slope * passed;
    sine += residual * std::sin(turn);
    cosine += residual * std::cos(turn);
  }
  return 2 * std::hypot(sine, cosine) / static_cast<double>(judged.size());
}

FloorTrend follow_floors(Floors floors, double tolerance, stats::KnownNoise noise) {
  FloorTrend trend;
  trend.noise = noise;
  trend.found = floors;
  trend.judged = std::move(floors);
  if (trend.judged.size() < 2) return trend;
  trend.daily = take_daily_cycle(trend.judged);
  const std::span<const LevelAt> all(trend.judged);
  std::size_t cut = 0;
  trend.slows = slows_down(all, tolerance, noise);
  for (std::size_t i = 1; i <= kCuts / 2 && trend.slows; ++i) {
    cut = i * all.size() / kCuts;
    trend.slows = slows_down(all.subspan(cut), tolerance, noise);
  }
  if (cut > 0) {
    trend.warm_s = all[cut].at - all.front().at;
    trend.warm_climb = line_through(all.subspan(cut)).at_start - all.front().level;
    trend.judged.erase(trend.judged.begin(),
                       trend.judged.begin() + static_cast<std::ptrdiff_t>(cut));
  }
  const std::span<const LevelAt> judged(trend.judged);
  const std::size_t half = judged.size() / 2;
  trend.line = line_through(judged, noise);
  trend.first = line_through(judged.first(half), noise);
  trend.second = line_through(judged.subspan(half), noise);
  if (judged.size() < 4) trend.first = trend.second = trend.line;
  return trend;
}

std::optional<Climb> find_climb(const Floors& floors, double over_s, double limit_percent,
                                stats::KnownNoise noise) {
  const std::vector<double> level = smooth(floors);
  std::vector<double> before = level;  // the highest up to here
  std::vector<double> after = level;   // the lowest from here
  for (std::size_t i = 1; i < level.size(); ++i) before[i] = std::max(before[i], before[i - 1]);
  for (std::size_t i = level.size(); i-- > 1;) after[i - 1] = std::min(after[i - 1], after[i]);

  std::optional<Climb> best;
  std::size_t end = 0;
  for (std::size_t i = 0; i < floors.size(); ++i) {
    while (end < floors.size() && floors[end].at - floors[i].at <= over_s) ++end;
    const std::size_t count = end - i;
    if (count < kFewestInWindow) continue;
    if (floors[end - 1].at - floors[i].at < kWholeWindow * over_s) continue;
    const double kept = after[end - 2] - before[i + 1];
    if (kept < limit_percent / 200 * level[i]) continue;
    const auto line = line_through(std::span(floors).subspan(i, count), noise);
    if (!(line.at_start > 0)) continue;
    const double to_percent = 100 * over_s / line.at_start;
    const Climb climb{line.slope * to_percent, line.low * to_percent, line.high * to_percent,
                      floors[i].at, floors[end - 1].at};
    if (climb.low > limit_percent && (!best || climb.low > best->low)) best = climb;
  }
  return best;
}

}  // namespace leakcheck::verdict
