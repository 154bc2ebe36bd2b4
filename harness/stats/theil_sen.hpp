#pragma once

#include <span>

#include "harness/stats/growth.hpp"

namespace leakcheck::stats {

/// A straight line through points, robust against a third of them being wild.
/// `slope` is the median of the slopes through all pairs of points; `low` and `high` are the ends
/// of its interval, infinite when there are fewer than three points (two, if the noise is known).
/// Units:  y-units per x-unit.
/// Source: Sen (1968), J. Am. Stat. Assoc. 63:1379–1389, for the line. The interval is that of a
///         least-squares slope, with Student's t as in Wallace (1959), Ann. Math. Stat.
///         30:1124–1130, and the residuals' spread robust where there are twenty points; Sen's own
///         by ranks has no ends for ten points that are alike. The variance is multiplied by
///         (1 + r) / (1 - r), as neighbours are alike: Bayley and Hammersley (1946), J. R. Stat.
///         Soc. Suppl. 8:184–197. r, the correlation of a residual with the next one, is raised by
///         (1 + 4 r) / n, for it comes out too low: Marriott and Pope (1954), Biometrika
///         41:390–402.
struct Trend {
  double slope = 0;
  double low = 0;
  double high = 0;
  double at_start = 0;     ///< the line at the first x
  double at_end = 0;       ///< and at the last
  double spread = 0;       ///< standard deviation of the residuals, from their MAD
  double correlation = 0;  ///< r, 0 to 0.95
  int points = 0;
};

/// What a point's own noise is taken to be at least, where it is known from elsewhere. It counts
/// like eight points more, and the correlation of fewer than ten points is then taken as none.
struct KnownNoise {
  double deviation = 0;  ///< y-units; 0: not known
};

/// Shape:  x does not decrease, as long as y. Fewer than two different x: slope 0, without bounds.
/// Cost:   O(n² log n) time, O(n²) memory.
Trend estimate_trend(std::span<const double> x, std::span<const double> y, double sigmas = kSigmas,
                     KnownNoise noise = {});

}  // namespace leakcheck::stats
