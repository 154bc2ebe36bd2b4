#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "harness/stats/robust.hpp"
#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {
namespace {

constexpr std::size_t kFewestSteps = 96;
constexpr std::size_t kBlocks = 8;
constexpr std::size_t kEarly = 4;
constexpr double kEvenShare = 0.25;
constexpr double kPaceKept = 0.8;
constexpr double kSureErrors = 2;

/// Growth per request from the middle of each eighth to the next.
std::vector<double> paces_of(std::span<const double> levels, double requests_a_step) {
  std::vector<double> middles;
  for (std::size_t block = 0; block < kBlocks; ++block) {
    const std::size_t first = block * levels.size() / kBlocks;
    const std::size_t end = (block + 1) * levels.size() / kBlocks;
    middles.push_back(stats::median(levels.subspan(first, end - first)));
  }
  const double apart =
      requests_a_step * static_cast<double>(levels.size()) / static_cast<double>(kBlocks);
  std::vector<double> paces;
  for (std::size_t block = 1; block < kBlocks; ++block)
    paces.push_back((middles[block] - middles[block - 1]) / apart);
  return paces;
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Standard error of the mean.
double error_of(std::span<const double> values) {
  const double middle = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - middle) * (value - middle);
  const auto n = static_cast<double>(values.size());
  return std::sqrt(squares / (n * (n - 1)));
}

/// Of the levels since the first suspicion: one that slowed down may start anew many times.
std::vector<double> paces_of(const Evidence& evidence) {
  const auto steps = evidence.suspected_steps();
  double requests = 0;
  for (const stats::Step& step : steps) requests += step.requests;
  return paces_of(evidence.levels.last(steps.size() + 1),
                  requests / static_cast<double>(steps.size()));
}

}  // namespace

bool keeps_climbing(const Evidence& evidence) {
  if (!evidence.followed_enough || evidence.suspected_steps().size() < kFewestSteps) return false;
  const std::vector<double> paces = paces_of(evidence);
  const std::span<const double> all(paces);
  return mean(all) - kSureErrors * error_of(all) > evidence.budget &&
         *std::min_element(paces.begin(), paces.end()) > 0 &&
         mean(all.subspan(kEarly)) >= kPaceKept * mean(all.first(kEarly));
}

bool climbs_evenly(std::span<const double> levels) {
  if (levels.size() < kBlocks) return false;
  const std::vector<double> paces = paces_of(levels, 1);
  const auto latest = std::span(paces).last(kBlocks / 2 - 1);
  return mean(latest) > 0 &&
         *std::min_element(latest.begin(), latest.end()) >= kEvenShare * mean(latest);
}

stats::Growth estimate_climb(const Evidence& evidence) {
  stats::Growth growth = stats::estimate_growth(evidence.suspected_steps());
  const std::vector<double> paces = paces_of(evidence);
  growth.mean = mean(paces);
  growth.mean_error = error_of(paces);
  return growth;
}

}  // namespace leakcheck::verdict
