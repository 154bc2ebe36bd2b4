#include "harness/stats/floors.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "harness/stats/robust.hpp"

namespace leakcheck::stats {
namespace {

constexpr double kNormalPerMad = 1.4826;
constexpr std::size_t kFewestInBlock = 8;  // readings that a block's lowest is taken of
constexpr double kFallsInBlock = 3;
constexpr double kOutOfNoise = 6;
constexpr double kLeastFall = 0.015;  // of the level

/// From a high to the low after it.
struct Fall {
  std::size_t low = 0;  ///< index
  double depth = 0;
};

/// Falls between turning points that are at least `least` apart; 0: every one.
std::vector<Fall> find_falls(std::span<const LevelAt> readings, double least) {
  std::vector<Fall> falls;
  if (readings.empty()) return falls;
  double high = readings.front().level;
  std::size_t low = 0;
  bool falling = false;
  for (std::size_t i = 1; i < readings.size(); ++i) {
    const double level = readings[i].level;
    if (falling) {
      if (level < readings[low].level) {
        low = i;
      } else if (level > readings[low].level && level - readings[low].level >= least) {
        falls.push_back({low, high - readings[low].level});
        falling = false;
        high = level;
      }
    } else if (level > high) {
      high = level;
    } else if (level < high && high - level >= least) {
      falling = true;
      low = i;
    }
  }
  if (falling) falls.push_back({low, high - readings[low].level});
  return falls;
}

/// Half of everything that fell, fell in falls of this depth or deeper.
double usual_depth(const std::vector<Fall>& falls) {
  std::vector<double> depths;
  depths.reserve(falls.size());
  for (const Fall& fall : falls) depths.push_back(fall.depth);
  std::sort(depths.begin(), depths.end(), std::greater<>());
  const double all = std::accumulate(depths.begin(), depths.end(), 0.0);
  double sum = 0;
  for (const double depth : depths) {
    sum += depth;
    if (sum >= all / 2) return depth;
  }
  return 0;
}

double noise_of(std::span<const LevelAt> lows) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < lows.size(); ++i) steps.push_back(lows[i].level - lows[i - 1].level);
  return steps.empty() ? 0 : kNormalPerMad * median_absolute_deviation(steps);
}

/// The lowest of each block of so many readings.
std::vector<LevelAt> lowest_of_blocks(std::span<const LevelAt> readings, std::size_t block) {
  std::vector<LevelAt> lowest;
  for (std::size_t at = 0; at + block <= readings.size(); at += block) {
    const auto some = readings.subspan(at, block);
    lowest.push_back(*std::min_element(
        some.begin(), some.end(), [](const auto& a, const auto& b) { return a.level < b.level; }));
  }
  return lowest;
}

}  // namespace

Collections find_collections(std::span<const LevelAt> readings) {
  Collections found;
  if (readings.size() < 3) return found;
  for (std::size_t i = 1; i < readings.size(); ++i)
    found.allocated += std::max(0.0, readings[i].level - readings[i - 1].level);
  found.depth = usual_depth(find_falls(readings, 0));
  if (!(found.depth > 0)) return found;
  const std::vector<Fall> falls = find_falls(readings, found.depth / 2);
  found.falls = static_cast<int>(falls.size());
  if (falls.empty()) return found;
  found.apart = (readings.back().at - readings.front().at) / static_cast<double>(falls.size());

  for (const Fall& fall : falls) found.deep_falls += fall.depth > kYoungGeneration ? 1 : 0;
  return found;
}

FullLows find_full_lows(std::span<const LevelAt> readings, const Collections& collections) {
  if (collections.falls == 0) return {};
  const double in_between =
      static_cast<double>(readings.size()) / static_cast<double>(collections.falls);
  std::size_t block = kFewestInBlock;
  if (collections.depth <= kYoungGeneration)
    block = std::max(block, static_cast<std::size_t>(std::ceil(in_between * kFallsInBlock)));
  const std::vector<LevelAt> lowest = lowest_of_blocks(readings, block);
  FullLows found;
  found.noise = noise_of(lowest);
  std::vector<LevelAt>& full = found.lows;
  bool fell = false;
  for (std::size_t i = 1; i < lowest.size(); ++i) {
    const double fall = lowest[i - 1].level - lowest[i].level;
    const bool falls = fall > std::max(kOutOfNoise * found.noise, kLeastFall * lowest[i - 1].level);
    if (falls && fell) full.pop_back();  // it swept in two steps
    if (falls) full.push_back(lowest[i]);
    fell = falls;
  }
  return found;
}

std::vector<LevelAt> find_floors(std::span<const LevelAt> readings, double window) {
  struct Stretch {
    LevelAt lowest;
    double readings = 0;
  };
  std::vector<Stretch> stretches;
  std::vector<double> counts;
  if (readings.empty()) return {};
  const double start = readings.front().at;
  double number = -1;
  for (const LevelAt& reading : readings) {
    const double here = std::floor((reading.at - start) / window);
    if (here != number) stretches.push_back({reading, 0});
    number = here;
    Stretch& open = stretches.back();
    open.readings += 1;
    if (reading.level < open.lowest.level) open.lowest = reading;
  }
  counts.reserve(stretches.size());
  for (const Stretch& stretch : stretches) counts.push_back(stretch.readings);
  const double least = median(counts) / 4;
  std::vector<LevelAt> floors;
  for (const Stretch& stretch : stretches)
    if (stretch.readings >= least) floors.push_back(stretch.lowest);
  return floors;
}

double median_interval(std::span<const LevelAt> readings) {
  std::vector<double> steps;
  steps.reserve(readings.size());
  for (std::size_t i = 1; i < readings.size(); ++i)
    steps.push_back(readings[i].at - readings[i - 1].at);
  return steps.empty() ? 0 : median(steps);
}

}  // namespace leakcheck::stats
