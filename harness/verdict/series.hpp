#pragma once

#include <vector>

#include "harness/model/sample.hpp"
#include "harness/stats/growth.hpp"

namespace leakcheck::verdict {

/// The post-GC levels of one quantity, cycle by cycle.
/// Shape:  steps[k] leads from levels[k] to levels[k + 1].
struct Series {
  std::vector<double> levels;          ///< bytes
  std::vector<double> requests_total;  ///< since the launch, when the level was read
  std::vector<stats::Step> steps;

  int cycles() const { return static_cast<int>(levels.size()); }
};

/// The cycles that can be compared with each other: after warm-up, with requests, and measured over
/// as many processes as the last one (a sum over three workers says nothing about one over two).
std::vector<model::Cycle> comparable_cycles(const std::vector<model::Cycle>& cycles);

/// Whether all of the cycles tell the quantity: native memory is not counted everywhere.
bool is_counted(const std::vector<model::Cycle>& cycles, model::Quantity quantity);

/// `cycles` from comparable_cycles.
Series make_series(const std::vector<model::Cycle>& cycles, model::Quantity quantity);

}  // namespace leakcheck::verdict
