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
constexpr std::size_t kFallsInBlock = 3;
constexpr double kResolved =
    6;  // readings from one fall to the next: then lows are seen themselves
constexpr double kOutOfNoise = 6;

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

struct GiveBacks {
  int count = 0;
  double apart = 0;
};

/// Falls of the lows that are more than their noise and a tenth of a usual fall.
GiveBacks find_give_backs(const std::vector<LevelAt>& lows, double depth) {
  const auto falls = find_falls(lows, std::max(kOutOfNoise * noise_of(lows), depth / 10));
  GiveBacks found;
  found.count = static_cast<int>(falls.size());
  if (falls.size() >= 2)
    found.apart = (lows[falls.back().low].at - lows[falls.front().low].at) /
                  static_cast<double>(falls.size() - 1);
  return found;
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

  std::vector<LevelAt> lows;
  lows.reserve(falls.size());
  for (const Fall& fall : falls) {
    lows.push_back(readings[fall.low]);
    found.deep_falls += fall.depth > kYoungGeneration ? 1 : 0;
  }
  const double in_between =
      static_cast<double>(readings.size()) / static_cast<double>(falls.size());
  GiveBacks given;
  if (in_between >= kResolved) given = find_give_backs(lows, found.depth);
  if (given.count < 2) {
    const auto block = std::max(
        kFewestInBlock, static_cast<std::size_t>(std::ceil(in_between * double{kFallsInBlock})));
    std::vector<LevelAt> lowest;
    for (std::size_t at = 0; at + block <= readings.size(); at += block)
      lowest.push_back(
          *std::min_element(readings.begin() + static_cast<std::ptrdiff_t>(at),
                            readings.begin() + static_cast<std::ptrdiff_t>(at + block),
                            [](const auto& a, const auto& b) { return a.level < b.level; }));
    given = find_give_backs(lowest, found.depth);
  }
  found.give_backs = given.count;
  found.give_backs_apart = given.apart;
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
