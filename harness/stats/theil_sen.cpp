#include "harness/stats/theil_sen.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "harness/stats/robust.hpp"

namespace leakcheck::stats {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNormalPerMad = 1.4826;
constexpr double kMostAlike = 0.95;
constexpr std::size_t kEnoughForMad = 20;
constexpr std::size_t kEnoughForCorrelation = 10;
constexpr double kWorthOfNoise = 8;  // points

std::vector<double> sorted_slopes(std::span<const double> x, std::span<const double> y) {
  std::vector<double> slopes;
  slopes.reserve(x.size() * (x.size() - 1) / 2);
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = i + 1; j < x.size(); ++j)
      if (x[j] > x[i]) slopes.push_back((y[j] - y[i]) / (x[j] - x[i]));
  std::sort(slopes.begin(), slopes.end());
  return slopes;
}

/// Of a residual with the next one; never below 0: luck shall not make an interval narrow.
double correlation_of(const std::vector<double>& residuals) {
  double products = 0;
  double squares = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    squares += residuals[i] * residuals[i];
    if (i > 0) products += residuals[i] * residuals[i - 1];
  }
  if (!(squares > 0)) return 0;
  const double r = products / squares;
  return std::clamp(r + (1 + 4 * r) / static_cast<double>(residuals.size()), 0.0, kMostAlike);
}

/// What `sigmas` of a normal distribution are of Student's with `freedom` degrees of freedom.
double student(double freedom, double sigmas) {
  const double wide = sigmas * (8 * freedom + 3) / (8 * freedom + 1);
  return std::sqrt(freedom * std::expm1(wide * wide / freedom));
}

/// A MAD of few residuals is often 0: then it is their standard deviation.
double spread_of(const std::vector<double>& residuals, double by_mad) {
  if (residuals.size() < 3) return 0;
  double squares = 0;
  for (const double residual : residuals) squares += residual * residual;
  const double plain = std::sqrt(squares / static_cast<double>(residuals.size() - 2));
  return residuals.size() < kEnoughForMad ? plain : std::max(by_mad, plain / 2);
}

double middle_of(const std::vector<double>& sorted) {
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

}  // namespace

Trend estimate_trend(std::span<const double> x, std::span<const double> y, double sigmas,
                     KnownNoise noise) {
  Trend trend;
  trend.points = static_cast<int>(x.size());
  trend.low = -kInfinite;
  trend.high = kInfinite;
  if (x.empty()) return trend;
  const std::vector<double> slopes = sorted_slopes(x, y);
  if (!slopes.empty()) trend.slope = middle_of(slopes);

  std::vector<double> residuals;
  residuals.reserve(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    residuals.push_back(y[i] - trend.slope * (x[i] - x.front()));
  trend.at_start = median(residuals);
  trend.at_end = trend.at_start + trend.slope * (x.back() - x.front());
  for (double& residual : residuals) residual -= trend.at_start;
  trend.spread = kNormalPerMad * median_absolute_deviation(residuals);
  trend.correlation = correlation_of(residuals);

  const auto n = static_cast<double>(x.size());
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double around = 0;
  for (const double at : x) around += (at - mean) * (at - mean);
  const double freedom = n - 2 + (noise.deviation > 0 ? kWorthOfNoise : 0);
  if (!(freedom > 0) || !(around > 0)) return trend;
  const bool is_known = noise.deviation > 0 && x.size() < kEnoughForCorrelation;
  const double alike = is_known ? 1 : (1 + trend.correlation) / (1 - trend.correlation);
  const double spread = std::max(spread_of(residuals, trend.spread), noise.deviation);
  const double half = student(freedom, sigmas) * spread * std::sqrt(alike / around);
  trend.low = trend.slope - half;
  trend.high = trend.slope + half;
  return trend;
}

}  // namespace leakcheck::stats
