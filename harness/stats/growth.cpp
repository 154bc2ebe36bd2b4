#include "harness/stats/growth.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "harness/stats/robust.hpp"

namespace leakcheck::stats {
namespace {

constexpr double kNormalPerMad = 1.4826;

}  // namespace

Growth estimate_growth(std::span<const Step> steps) {
  Growth growth;
  if (steps.empty()) {
    growth.trimmed_error = growth.mean_error = std::numeric_limits<double>::infinity();
    return growth;
  }
  std::vector<double> per_request;
  per_request.reserve(steps.size());
  double bytes = 0;
  for (const Step& step : steps) {
    per_request.push_back(step.bytes / step.requests);
    bytes += step.bytes;
    growth.requests += step.requests;
  }
  const std::span<const double> all(per_request);
  const auto m = static_cast<double>(steps.size());
  const double requests_a_step = growth.requests / m;

  growth.steps = static_cast<int>(steps.size());
  growth.trimmed = trimmed_mean(all);
  const std::size_t half = all.size() / 2;
  growth.trimmed_first = half == 0 ? growth.trimmed : trimmed_mean(all.first(half));
  growth.trimmed_second = half == 0 ? growth.trimmed : trimmed_mean(all.subspan(half));
  growth.mean = bytes / growth.requests;
  growth.spread =
      std::max(kNormalPerMad * median_absolute_deviation(all) * requests_a_step, kSmallestSpread);
  growth.trimmed_error = kTrimmedLoss * growth.spread / (std::sqrt(m) * requests_a_step);
  growth.mean_error = growth.spread / growth.requests;
  growth.share_positive = share_positive(all);

  double capped = 0;
  for (const Step& step : steps)
    capped += std::min(step.bytes, growth.trimmed * step.requests + kSigmas * growth.spread);
  growth.capped_mean = capped / growth.requests;
  return growth;
}

}  // namespace leakcheck::stats
