#pragma once

#include <optional>
#include <vector>

#include "harness/stats/floors.hpp"
#include "harness/stats/theil_sen.hpp"

namespace leakcheck::verdict {

/// The floors of one quantity, and the line through those after warm-up.
struct FloorTrend {
  std::vector<stats::LevelAt> found;   ///< as they were found
  std::vector<stats::LevelAt> judged;  ///< after warm-up, the daily cycle taken off
  bool daily = false;                  ///< a daily cycle was seen, and taken off
  double warm_s = 0;                   ///< that was cut off as warm-up
  double warm_climb = 0;               ///< bytes by which it climbed then
  stats::KnownNoise noise{};           ///< of a floor
  stats::Trend line;
  stats::Trend first;   ///< of the first half of the judged floors
  stats::Trend second;  ///< of the others
  bool slows = false;   ///< it still slows down after the longest warm-up that can be cut

  double span_s() const { return judged.size() < 2 ? 0 : judged.back().at - judged.front().at; }
  /// Bytes by which the floors bend away from their line and back, once or in an S, as a daily
  /// swing does. Shape:  two floors or more.
  double bend() const;
  /// The pace of the second half is at least half of the first's; with under four floors both are
  /// the whole.
  bool is_steady() const { return second.slope > 0 && second.slope >= 0.5 * first.slope; }
};

/// Warm-up is the beginning, up to half of it, after which the first half of what is left is no
/// longer significantly faster (by half, and by `tolerance` bytes a second) than the second.
/// A daily cycle is looked for when there are two days or more.
/// Cost: O(n) beside lines through at most 400 points.
FloorTrend follow_floors(std::vector<stats::LevelAt> floors, double tolerance,
                         stats::KnownNoise noise = {});

/// A climb of the floors over the time of the rule, in percent of where it began.
struct Climb {
  double percent = 0;
  double low = 0;
  double high = 0;
  double from_s = 0;
  double to_s = 0;
};

/// The window of `over_s` that most surely climbed by more than `limit_percent`, and was not given
/// back: whatever comes later stays above whatever came before. None when there is none.
std::optional<Climb> find_climb(const std::vector<stats::LevelAt>& floors, double over_s,
                                double limit_percent, stats::KnownNoise noise = {});

}  // namespace leakcheck::verdict
