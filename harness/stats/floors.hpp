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
  int give_backs = 0;    ///< falls of the lows themselves: a full collection took what the small
                         ///< ones had left
  double give_backs_apart = 0;  ///< seconds, on average; 0 with fewer than two
};

/// V8's semi-space has 16 MB by default (32 MB in a few releases): a deeper fall is no scavenge.
inline constexpr double kYoungGeneration = 34.0 * 1024 * 1024;

/// Shape:  times do not decrease.
/// Cost:   O(n log n).
/// Source: chosen by us. Falls are taken between turning points with hysteresis, as in rainflow
///         counting (ASTM E1049).
Collections find_collections(std::span<const LevelAt> readings);

/// The lowest reading of each stretch of `window` seconds. A stretch with less than a quarter of
/// the readings of a usual one is left out. Shape:  times do not decrease; `window` above 0. The
/// floors are in order. Cost:   O(n).
std::vector<LevelAt> find_floors(std::span<const LevelAt> readings, double window);

/// Median of the times between neighbours; 0 for fewer than two.
double median_interval(std::span<const LevelAt> readings);

}  // namespace leakcheck::stats
