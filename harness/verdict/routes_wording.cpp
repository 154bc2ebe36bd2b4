#include "harness/verdict/routes_wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "harness/base/bytes.hpp"

namespace leakcheck::verdict {
namespace {

using model::RouteGrowth;

constexpr std::size_t kNamed = 3;
/// What the routes keep by themselves and what the mixture keeps are the same, up to this share.
constexpr double kSame = 0.8;

struct Sorted {
  std::vector<const RouteGrowth*> leaky;   ///< most first
  std::vector<const RouteGrowth*> others;  ///< ran, and are not seen to keep anything
  std::vector<const RouteGrowth*> not_run;
};

Sorted sort_routes(const std::vector<RouteGrowth>& routes) {
  Sorted out;
  for (const RouteGrowth& route : routes)
    (!route.problem.empty() ? out.not_run : route.leaks ? out.leaky : out.others).push_back(&route);
  std::stable_sort(out.leaky.begin(), out.leaky.end(), [](const auto* a, const auto* b) {
    return a->growth.bytes_per_request > b->growth.bytes_per_request;
  });
  return out;
}

/// The most that one of the routes may keep unseen; 0 when that is within its budget.
double unseen(const std::vector<const RouteGrowth*>& routes, const model::Verdict& mixture) {
  double most = 0;
  for (const RouteGrowth* route : routes) {
    const auto* judged = find_quantity(mixture, route->quantity);
    if (judged != nullptr && route->growth.high >= judged->budget_per_request)
      most = std::max(most, route->growth.high);
  }
  return most;
}

std::string name_leaky(const std::vector<const RouteGrowth*>& leaky) {
  std::string out;
  const std::size_t named = std::min(leaky.size(), kNamed);
  for (std::size_t i = 0; i < named; ++i) {
    const bool is_last = i + 1 == named && named == leaky.size();
    out += i == 0 ? "" : is_last ? " and " : ", ";
    out += fmt::format("{}{} {}{}", leaky[i]->name, i == 0 ? " keeps" : "",
                       format_bytes(leaky[i]->growth.bytes_per_request),
                       i == 0 ? " of every request" : "");
  }
  if (leaky.size() > named) out += fmt::format(" and {} more routes less", leaky.size() - named);
  return out;
}

std::string name_others(const Sorted& sorted, const model::Verdict& mixture) {
  if (sorted.others.empty()) return "";
  const bool one = sorted.others.size() == 1;
  const std::string routes =
      one ? sorted.others.front()->name : fmt::format("the other {} routes", sorted.others.size());
  const double most = unseen(sorted.others, mixture);
  if (most <= 0) return fmt::format("; {} {} nothing", routes, one ? "keeps" : "keep");
  return fmt::format("; {} {} not seen to keep anything (up to {} would not have been seen)",
                     routes, one ? "is" : "are", format_bytes(most));
}

std::string name_not_run(const std::vector<const RouteGrowth*>& not_run) {
  if (not_run.empty()) return "";
  if (not_run.size() == 1)
    return fmt::format("; {} could not be run alone: {}", not_run.front()->name,
                       not_run.front()->problem);
  return fmt::format(
      "; {} routes could not be run alone: {} ({}) and {}", not_run.size(), not_run.front()->name,
      not_run.front()->problem,
      not_run.size() == 2 ? not_run.back()->name : fmt::format("{} more", not_run.size() - 1));
}

/// What the routes would keep in the mixture, per request of it.
struct Sum {
  double low = 0;
  double bytes = 0;
  double high = 0;
};

Sum sum_up(const std::vector<RouteGrowth>& routes, const std::vector<RouteRun>& runs,
           model::Quantity quantity) {
  Sum sum;
  double variance = 0;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const RouteGrowth& route = routes[i];
    if (!route.problem.empty() || route.quantity != quantity) continue;
    sum.bytes += runs[i].share * route.growth.bytes_per_request;
    variance += std::pow(runs[i].share * (route.growth.high - route.growth.low) / 2, 2);
  }
  sum.low = sum.bytes - std::sqrt(variance);
  sum.high = sum.bytes + std::sqrt(variance);
  return sum;
}

/// How that compares with what the mixture keeps; "" when it is about the same.
std::string compare(const Sum& sum, const model::Estimate& mixture, bool all_ran) {
  if (sum.high < kSame * mixture.low)
    return fmt::format("; that is {} of the {} that the mixture keeps per request: the rest {}",
                       format_bytes(std::max(sum.bytes, 0.0)),
                       format_bytes(mixture.bytes_per_request),
                       all_ran ? "needs the mixture" : "is not explained");
  if (kSame * sum.low > mixture.high)
    return fmt::format(
        "; in the mixture that would be {} per request, and {} are kept: alone they "
        "keep more",
        format_bytes(sum.bytes), format_bytes(mixture.bytes_per_request));
  return "";
}

std::string describe_none(const Sorted& sorted, const Sum& sum, const model::Verdict& mixture) {
  const auto* culprit = mixture.culprit ? find_quantity(mixture, *mixture.culprit) : nullptr;
  const double most = unseen(sorted.others, mixture);
  if (sorted.others.empty()) return "no route could be run alone";
  if (culprit == nullptr)
    return most <= 0 ? "no route alone keeps anything"
                     : fmt::format(
                           "no route alone is seen to keep anything (up to {} would not "
                           "have been seen)",
                           format_bytes(most));
  // All of it could hide in the intervals.
  if (most > 0 && sum.high >= culprit->growth.low)
    return fmt::format(
        "no route alone is seen to keep anything, but up to {} would not have been "
        "seen: more requests a cycle (load.cycles.requests) would tell",
        format_bytes(most));
  if (!sorted.not_run.empty()) return "no route that ran alone keeps anything";
  return "no route alone keeps anything: the leak needs the mixture";
}

}  // namespace

std::string describe_routes(const std::vector<RouteGrowth>& routes,
                            const std::vector<RouteRun>& runs, const model::Verdict& mixture) {
  const Sorted sorted = sort_routes(routes);
  const auto* culprit = mixture.culprit ? find_quantity(mixture, *mixture.culprit) : nullptr;
  const Sum sum = culprit != nullptr ? sum_up(routes, runs, culprit->quantity) : Sum{};
  const std::string not_run = name_not_run(sorted.not_run);
  if (sorted.leaky.empty()) return describe_none(sorted, sum, mixture) + not_run;
  std::string out = name_leaky(sorted.leaky) + name_others(sorted, mixture) + not_run;
  if (culprit != nullptr && culprit->answer == model::Answer::leak)
    out += compare(sum, culprit->growth, sorted.not_run.empty());
  return out;
}

}  // namespace leakcheck::verdict
