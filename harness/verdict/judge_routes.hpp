#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/model/sample.hpp"
#include "harness/model/verdict.hpp"

namespace leakcheck::verdict {

struct StepCount {
  std::string name;
  std::int64_t requests = 0;
};

/// A route that ran alone, for a few cycles.
struct RouteRun {
  /// Steps between cycles before anything is said, and when it is left at what is known.
  static constexpr int kFewestSteps = 4;
  static constexpr int kMostSteps = 12;

  std::string name;
  std::vector<std::string> with;     ///< steps that had to run before it
  std::vector<model::Cycle> cycles;  ///< the first one warmed up: growth counts from its level
  std::vector<StepCount> sent;       ///< in the others: of the route and of `with`
  double share = 0;                  ///< of the requests of the whole load
  std::string problem;               ///< why it did not run; "" when it did
};

struct RoutesVerdict {
  std::vector<model::RouteGrowth> routes;
  std::string say;  ///< one sentence
};

/// Which routes keep memory, each by itself. What ran before a route is taken off as it grew in its
/// own run. A route leaks when the low end of its interval is above the budget of the quantity.
/// `mixture` is the verdict on the whole load: its culprit is what the routes are judged by, and
/// what they keep is held against it. Without a culprit each route has the quantity that it keeps
/// most of. A single route needs no run: it has the mixture's estimate.
/// Source: trimmed means as in stats::estimate_growth, so that one step in four may be anything;
///         how far so few steps may be off is from simulated series (kReach). Chosen by us.
RoutesVerdict judge_routes(const std::vector<RouteRun>& runs, const model::Verdict& mixture);

/// Whether the last of the runs needs another cycle: it had too few, or its interval straddles the
/// budget and it has not had the most.
bool wants_more_cycles(const std::vector<RouteRun>& runs, const model::Verdict& mixture);

}  // namespace leakcheck::verdict
