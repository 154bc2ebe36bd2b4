#pragma once

#include <cstdint>
#include <vector>

#include "harness/base/clock.hpp"

namespace leakcheck::load {

/// Durations counted in log-linear buckets: 128 to each power of two of nanoseconds, so a
/// percentile is off by less than 0.4 %, whatever its size. Smallest, largest and mean are exact.
/// Cost:   37 KB for good, add() is O(1).
/// Source: the layout of HdrHistogram (Tene).
class Histogram {
 public:
  Histogram();

  /// Below zero counts as zero; past kLongest as kLongest in percentiles.
  void add(Duration value);
  void clear();

  std::int64_t count() const { return count_; }
  Duration min() const { return min_; }  ///< zero when empty, as are the others
  Duration max() const { return max_; }
  Duration mean() const;
  /// The value that `percentile` (0 to 100) percent of all values do not exceed (nearest rank).
  Duration percentile(double percentile) const;

  static constexpr Duration kLongest{(std::int64_t{1} << 43) - 1};  ///< 2.4 hours

 private:
  std::vector<std::int64_t> buckets_;
  std::int64_t count_ = 0;
  Duration min_{};
  Duration max_{};
  double sum_ns_ = 0;
};

}  // namespace leakcheck::load
