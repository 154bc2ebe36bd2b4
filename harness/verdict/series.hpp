#pragma once

#include <vector>

#include "harness/model/sample.hpp"
#include "harness/stats/growth.hpp"

namespace leakcheck::verdict {

/// What a cycle is evidence of.
enum class Part {
  main,          ///< measure, confirm and replay: the procedure's own cycles
  large,         ///< several cycles in one, for growth that comes seldom
  large_replay,  ///< the same, replayed
  explore,       ///< fresh requests after a replay stopped the growth
  settle,        ///< after the service's clock was moved on
};

/// One quantity after one cycle.
struct Level {
  Part part = Part::main;
  bool replayed = false;
  /// Whether the change from the level before says something. Not so where the kind of cycle
  /// changes: the first of a replay brings its keys, the first of another length moves the
  /// high-water marks.
  bool joined = false;
  double bytes = 0;
  double requests = 0;        ///< of the cycle
  double requests_total = 0;  ///< since the launch
  double ahead_ms = 0;        ///< settle: how far the clock was moved on
};

/// Whether two cycles measured the same processes and threads.
bool same_subjects(const model::Cycle& a, const model::Cycle& b);

/// The cycles that can be compared with each other: after warm-up, with requests, not of one route,
/// and measured over the same processes and threads as the last one (a sum over three workers says
/// nothing about one over two, nor a process about the one that took its place).
std::vector<model::Cycle> comparable_cycles(const std::vector<model::Cycle>& cycles);

/// Whether all of the cycles tell the quantity: native memory is not counted everywhere.
bool is_counted(const std::vector<model::Cycle>& cycles, model::Quantity quantity);

/// Bytes of the quantity after the cycle; zero where it was not counted.
double amount_after(const model::Cycle& cycle, model::Quantity quantity);

/// `cycles` from comparable_cycles.
std::vector<Level> list_levels(const std::vector<model::Cycle>& cycles, model::Quantity quantity);

/// Whether the service refused requests that came again: more than one in twenty failed, and in
/// fresh cycles fewer did. Growth under such a replay says nothing.
bool refuses_replay(const std::vector<model::Cycle>& cycles);

}  // namespace leakcheck::verdict
