#include "harness/stats/theil_sen.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "harness/stats/robust.hpp"

namespace leakcheck::stats {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNormalPerMad = 1.4826;
constexpr double kMostAlike = 0.95;

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

double middle_of(const std::vector<double>& sorted) {
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

}  // namespace

Trend estimate_trend(std::span<const double> x, std::span<const double> y, double sigmas) {
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
  const double alike = (1 + trend.correlation) / (1 - trend.correlation);
  const double half = sigmas * std::sqrt(n * (n - 1) * (2 * n + 5) / 18 * alike);
  const auto pairs = static_cast<double>(slopes.size());
  const double below = std::floor((pairs - half) / 2);
  if (below < 0) return trend;
  const auto first = static_cast<std::size_t>(below);
  if (2 * first >= slopes.size()) return trend;
  trend.low = slopes[first];
  trend.high = slopes[slopes.size() - 1 - first];
  return trend;
}

}  // namespace leakcheck::stats
