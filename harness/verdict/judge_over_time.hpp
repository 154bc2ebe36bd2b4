#pragma once

#include "harness/model/judge_report.hpp"
#include "harness/model/memory_series.hpp"

namespace leakcheck::verdict {

/// The rule that a log is held against: the floors of heapUsed may climb by so much in so long.
struct TimeSettings {
  double growth_percent = 15;
  double over_s = 6 * 3600.0;
  bool post_gc = false;  ///< heapUsed was read right after a collection
};

/// Judges one log by its longest life of the process (the latest of those that are nearly as long).
/// A pure function. What cannot be told from time alone is said in the reason and the notes.
/// Cost:   O(n log n) for n readings.
model::SeriesVerdict judge_over_time(const TimeSettings& settings,
                                     const model::MemorySeries& series);

}  // namespace leakcheck::verdict
