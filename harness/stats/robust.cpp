#include "harness/stats/robust.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace leakcheck::stats {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Of a copy that may be reordered.
double take_median(std::vector<double> values) {
  if (values.empty()) return kNone;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

double median(std::span<const double> values) {
  return take_median({values.begin(), values.end()});
}

double median_absolute_deviation(std::span<const double> values) {
  const double center = median(values);
  std::vector<double> distances;
  distances.reserve(values.size());
  for (const double value : values) distances.push_back(std::abs(value - center));
  return take_median(std::move(distances));
}

double trimmed_mean(std::span<const double> values) {
  if (values.empty()) return kNone;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const auto cut = static_cast<std::ptrdiff_t>(sorted.size() / 4);
  const double sum = std::accumulate(sorted.begin() + cut, sorted.end() - cut, 0.0);
  return sum / static_cast<double>(static_cast<std::ptrdiff_t>(sorted.size()) - 2 * cut);
}

double share_positive(std::span<const double> values) {
  if (values.empty()) return 0;
  const auto positive =
      std::count_if(values.begin(), values.end(), [](double value) { return value > 0; });
  return static_cast<double>(positive) / static_cast<double>(values.size());
}

}  // namespace leakcheck::stats
