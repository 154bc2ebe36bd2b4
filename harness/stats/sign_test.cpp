#include "harness/stats/sign_test.hpp"

#include <cmath>

namespace leakcheck::stats {
namespace {

constexpr double kNormal95 = 1.6448536;
constexpr double kLog20 = 2.9957323;

}  // namespace

double sign_test(int ups, int downs) {
  const int count = ups + downs;
  double sum = 0;
  for (int k = ups; k <= count; ++k)
    sum += std::exp(std::lgamma(count + 1) - std::lgamma(k + 1) - std::lgamma(count - k + 1) -
                    count * std::log(2.0));
  return count == 0 ? 1 : std::fmin(sum, 1);
}

double most_events_expected(int events) {
  if (events == 0) return kLog20;
  const double n = events + 1;
  return n * std::pow(1 - 1 / (9 * n) + kNormal95 / (3 * std::sqrt(n)), 3);
}

}  // namespace leakcheck::stats
