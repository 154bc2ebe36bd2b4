#include "harness/verdict/judge_routes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "harness/base/bytes.hpp"
#include "harness/stats/growth.hpp"
#include "harness/stats/robust.hpp"
#include "harness/verdict/routes_wording.hpp"
#include "harness/verdict/series.hpp"

namespace leakcheck::verdict {
namespace {

using model::Quantity;

/// How far the trimmed mean and the mean of so few steps are from the truth, in 999 of 1,000 series
/// of normally distributed levels: in widths, as width_of() has them.
/// Source: 300,000 simulated series each; rounded up.
struct Reach {
  double trimmed = 0;
  double mean = 0;
};
constexpr std::array<Reach, 9> kReach = {{{17.5, 10.4},
                                          {3.9, 2.4},
                                          {1.8, 1.2},
                                          {1.05, 0.71},
                                          {1.55, 0.84},
                                          {1.05, 0.6},
                                          {0.78, 0.46},
                                          {0.61, 0.37},
                                          {0.76, 0.4}}};
static_assert(kReach.size() == RouteRun::kMostSteps - RouteRun::kFewestSteps + 1);
/// Of two quantities the more specific one is named, unless the other keeps so much more.
constexpr double kClearlyMore = 1.05;

double requests_of(const RouteRun& run, const std::string& name) {
  for (const StepCount& count : run.sent)
    if (count.name == name) return static_cast<double>(count.requests);
  return 0;
}

/// The largest distance from the median that is left when as many steps are left out as the trimmed
/// mean cuts at each end. With so few steps it says more than the median distance.
double width_of(const std::vector<stats::Step>& steps) {
  std::vector<double> bytes;
  for (const stats::Step& step : steps) bytes.push_back(step.bytes);
  const double middle = stats::median(bytes);
  for (double& each : bytes) each = std::abs(each - middle);
  std::sort(bytes.begin(), bytes.end());
  return bytes[bytes.size() - 1 - bytes.size() / 4];
}

/// Growth per request of the route, with all that ran before it.
model::Estimate estimate_together(const RouteRun& run, Quantity quantity, double budget) {
  model::Estimate estimate;
  const double requests = requests_of(run, run.name);
  const auto steps = static_cast<double>(run.cycles.size()) - 1;
  if (steps < RouteRun::kFewestSteps || requests <= 0) return estimate;
  std::vector<stats::Step> series;
  for (std::size_t k = 1; k < run.cycles.size(); ++k)
    series.push_back(
        {amount_after(run.cycles[k], quantity) - amount_after(run.cycles[k - 1], quantity),
         requests / steps});
  const stats::Growth growth = stats::estimate_growth(series);
  const Reach& reach = kReach.at(std::min(series.size(), std::size_t{RouteRun::kMostSteps}) -
                                 RouteRun::kFewestSteps);
  const double width = width_of(series);
  const double floor = stats::kSigmas * stats::kSmallestSpread / steps;
  const double a_step = requests / steps;
  const double by_mean = std::max(reach.mean * width, floor) / a_step;
  const double by_trimmed =
      std::max(reach.trimmed * width, floor * stats::kTrimmedLoss * std::sqrt(steps)) / a_step;
  // The mean knows the two ends only, and is the sharper for it; a single jump moves it.
  const bool is_flat = growth.mean + by_mean < budget && growth.trimmed < budget;
  estimate.bytes_per_request = is_flat ? growth.mean : growth.trimmed;
  estimate.low = estimate.bytes_per_request - (is_flat ? by_mean : by_trimmed);
  estimate.high = estimate.bytes_per_request + (is_flat ? by_mean : by_trimmed);
  estimate.confidence = stats::kConfidence;
  estimate.deltas = growth.steps;
  estimate.requests = std::llround(growth.requests);
  return estimate;
}

bool is_measured(const model::Estimate& estimate) {
  return estimate.deltas > 0;
}

bool is_comparable(const RouteRun& run) {
  return std::all_of(run.cycles.begin(), run.cycles.end(), [&](const model::Cycle& cycle) {
    return cycle.processes == run.cycles.front().processes;
  });
}

/// What the routes are judged by; what holds less comes first.
std::vector<model::QuantityVerdict> quantities_of(const model::Verdict& mixture) {
  std::vector<model::QuantityVerdict> out;
  for (const Quantity quantity :
       {Quantity::heap_used, Quantity::array_buffers, Quantity::external, Quantity::native})
    for (const model::QuantityVerdict& each : mixture.quantities)
      if (each.quantity == quantity && mixture.culprit.value_or(quantity) == quantity)
        out.push_back(each);
  return out;
}

std::string find_problem(const RouteRun& run) {
  if (!run.problem.empty()) return run.problem;
  if (run.cycles.size() <= RouteRun::kFewestSteps) return "it did not run for long enough";
  if (requests_of(run, run.name) <= 0) return "it got no request: its condition never held";
  if (!is_comparable(run)) return "the processes that serve changed while it ran";
  return "";
}

/// The growth of each route by itself, in one quantity.
class Alone {
 public:
  Alone(const std::vector<RouteRun>& runs, const model::QuantityVerdict& judged)
      : runs_(runs), quantity_(judged.quantity), budget_(judged.budget_per_request) {}

  /// None when what ran before it could not be measured by itself.
  std::optional<model::Estimate> of(const RouteRun& run) {
    const auto& parts = parts_of(run);
    if (!parts) return std::nullopt;
    model::Estimate out = together(run);
    double bytes = 0;
    double variance = 0;
    for (const auto& [name, times] : *parts) {
      const model::Estimate& part = together(*find_run(name));
      bytes += times * part.bytes_per_request;
      variance += std::pow(times * (part.high - part.low) / 2, 2);
    }
    out.bytes_per_request = bytes;
    out.low = bytes - std::sqrt(variance);
    out.high = bytes + std::sqrt(variance);
    return out;
  }

 private:
  /// A route by itself as a sum of runs: that of the route once, others taken off. In terms of the
  /// runs, because what two steps before it have in common is in the sum only once.
  using Parts = std::map<std::string, double>;

  const std::optional<Parts>& parts_of(const RouteRun& run) {
    const auto [known, is_new] = parts_.try_emplace(run.name);
    // One that is asked for while it is worked out hangs on itself, and stays unknown.
    if (is_new) known->second = work_out_parts(run);
    return known->second;
  }

  std::optional<Parts> work_out_parts(const RouteRun& run) {
    Parts parts{{run.name, 1}};
    for (const std::string& name : run.with) {
      const double times = requests_of(run, name) / requests_of(run, run.name);
      if (times <= 0) continue;
      const RouteRun* before = find_run(name);
      if (before == nullptr) return std::nullopt;
      const auto& taken_off = parts_of(*before);
      if (!taken_off) return std::nullopt;
      // What is given back for a while has nothing to do with the route, and nothing may be put on
      // what comes after it.
      if (of(*before)->bytes_per_request <= 0) continue;
      for (const auto& [part, share] : *taken_off) parts[part] -= times * share;
    }
    return parts;
  }

  const model::Estimate& together(const RouteRun& run) {
    const auto [known, is_new] = together_.try_emplace(run.name);
    if (is_new) known->second = estimate_together(run, quantity_, budget_);
    return known->second;
  }

  const RouteRun* find_run(const std::string& name) const {
    for (const RouteRun& run : runs_)
      if (run.name == name) return find_problem(run).empty() ? &run : nullptr;
    return nullptr;
  }

  const std::vector<RouteRun>& runs_;
  Quantity quantity_;
  double budget_;
  std::map<std::string, std::optional<Parts>> parts_;  // does not move them
  std::map<std::string, model::Estimate> together_;
};

/// One quantity, and how each route does in it.
struct Question {
  model::QuantityVerdict judged;
  Alone alone;
};

model::RouteGrowth judge_route(const RouteRun& run, std::vector<Question>& questions) {
  model::RouteGrowth route;
  route.name = run.name;
  route.with = run.with;
  if (!questions.empty()) route.quantity = questions.front().judged.quantity;
  route.problem = find_problem(run);
  if (!route.problem.empty()) return route;
  for (auto& [judged, alone] : questions) {
    const auto growth = alone.of(run);
    if (!growth) {
      route.problem = "what has to run before it could not be measured by itself";
      return route;
    }
    const bool leaks = growth->low > judged.budget_per_request;
    const bool is_more = growth->bytes_per_request > kClearlyMore * route.growth.bytes_per_request;
    if (is_measured(route.growth) && !(leaks && (!route.leaks || is_more))) continue;
    route.quantity = judged.quantity;
    route.growth = *growth;
    route.leaks = leaks;
  }
  return route;
}

model::RouteGrowth judge_only_route(const RouteRun& run,
                                    const std::vector<model::QuantityVerdict>& quantities) {
  model::RouteGrowth route;
  route.name = run.name;
  if (quantities.empty()) return route;
  route.quantity = quantities.front().quantity;
  route.growth = quantities.front().growth;
  route.leaks = route.growth.low > quantities.front().budget_per_request;
  return route;
}

}  // namespace

RoutesVerdict judge_routes(const std::vector<RouteRun>& runs, const model::Verdict& mixture) {
  RoutesVerdict verdict;
  const auto quantities = quantities_of(mixture);
  if (runs.size() == 1 && runs.front().problem.empty()) {
    verdict.routes.push_back(judge_only_route(runs.front(), quantities));
    verdict.say = runs.front().name + " is the only route";
    return verdict;
  }
  std::vector<Question> questions;
  for (const auto& judged : quantities) questions.push_back({judged, Alone(runs, judged)});
  for (const RouteRun& run : runs) verdict.routes.push_back(judge_route(run, questions));
  verdict.say = describe_routes(verdict.routes, runs, mixture);
  return verdict;
}

bool wants_more_cycles(const std::vector<RouteRun>& runs, const model::Verdict& mixture) {
  const RouteRun& run = runs.back();
  const int steps = static_cast<int>(run.cycles.size()) - 1;
  if (steps < RouteRun::kFewestSteps) return true;
  if (steps >= RouteRun::kMostSteps || !find_problem(run).empty()) return false;
  for (const model::QuantityVerdict& each : quantities_of(mixture)) {
    Alone alone(runs, each);
    const auto growth = alone.of(run);
    const double budget = each.budget_per_request;
    if (growth && growth->low <= budget && growth->high >= budget) return true;
  }
  return false;
}

}  // namespace leakcheck::verdict
