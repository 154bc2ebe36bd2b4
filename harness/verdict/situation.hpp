#pragma once

#include <optional>

#include "harness/verdict/judge.hpp"

namespace leakcheck::verdict {

/// Growth per request up to here is taken for none unless the scenario says otherwise.
/// 4 B: healthy services in quiet mode stay below 1.4 B. 64 B: with the JIT they reach 51 B.
inline constexpr double kDefaultBudget = 4;
inline constexpr double kDefaultBudgetNative = 64;
/// Native memory for which nobody set a budget may hide so much per request in its noise, and the
/// run says so. Chosen by us: sharp moves by 10 KB a request over a window, and an image is more.
inline constexpr double kCoarsestNative = 16'384;

/// The run around a quantity, as far as a reason has to name it.
struct Situation {
  const Settings& settings;
  int cycles = 0;               ///< comparable ones
  double requests_a_cycle = 0;  ///< mean
  double requests = 0;          ///< in all
  double fresh_requests = 0;    ///< without those of replays
  double time_ms = 0;           ///< from the first of them to the last
  bool done = false;
  bool replays = false;    ///< the requests vary, and the service takes them again
  bool refuses = false;    ///< it does not take them again
  bool cut_short = false;  ///< by time or by its end, before the procedure was through
};

/// The budget that a quantity is judged by: its strictest perRequest, or the default of the mode.
double budget_per_request(const Settings& settings, model::Quantity quantity);
/// Bytes per request that may go unseen; 0 where the budget has to be judged.
double coarsest_allowed(const Settings& settings, model::Quantity quantity);

}  // namespace leakcheck::verdict
