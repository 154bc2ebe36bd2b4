#pragma once

#include <span>
#include <vector>

/// What a level that garbage collection saws at comes down to.
namespace leakcheck::stats {

/// A level at a moment.
struct LevelAt {
  double at = 0;     ///< seconds
  double level = 0;  ///< bytes
};

/// The collections that show in a log of a heap's level, read at arbitrary moments.
struct Collections {
  int falls = 0;         ///< that are at least half as deep as a usual one
  double depth = 0;      ///< bytes; of a usual fall: half of all that fell, fell as deep or deeper
  double allocated = 0;  ///< bytes; all rises summed: less than what was really allocated
  double apart = 0;      ///< seconds from one fall to the next, on average
  int deep_falls = 0;    ///< deeper than V8's young generation can be
};

/// V8's semi-space has 16 MB by default (32 MB in a few releases): a deeper fall is no scavenge.
inline constexpr double kYoungGeneration = 34.0 * 1024 * 1024;

/// Shape:  times do not decrease.
/// Cost:   O(n log n).
/// Source: chosen by us. Falls are taken between turning points with hysteresis, as in rainflow
///         counting (ASTM E1049).
Collections find_collections(std::span<const LevelAt> readings);

/// What is left right after each full collection that shows. Found so: the lowest readings of
/// blocks that hold several small collections climb, by what small ones leave, until a full one
/// lets them fall at once. Empty when full ones come too often for that to show. Shape:  times do
/// not decrease. The lows are in order. Cost:   O(n log n). Source: chosen by us.
struct FullLows {
  std::vector<LevelAt> lows;
  double noise = 0;  ///< standard deviation of one, by the blocks between them
};
FullLows find_full_lows(std::span<const LevelAt> readings, const Collections& collections);

/// The lowest reading of each stretch of `window` seconds. A stretch with less than a quarter of
/// the readings of a usual one is left out. Shape:  times do not decrease; `window` above 0. The
/// floors are in order. Cost:   O(n).
std::vector<LevelAt> find_floors(std::span<const LevelAt> readings, double window);

/// Median of the times between neighbours; 0 for fewer than two.
double median_interval(std::span<const LevelAt> readings);

}  // namespace leakcheck::stats
