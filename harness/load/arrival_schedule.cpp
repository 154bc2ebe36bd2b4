#include "harness/load/arrival_schedule.hpp"

#include <algorithm>
#include <cmath>

namespace leakcheck::load {
namespace {

constexpr double kNanoseconds = 1e9;

double length_ns(const model::ArrivalPhase& phase) {
  return static_cast<double>(phase.duration.count()) * 1e6;
}

}  // namespace

ArrivalSchedule::ArrivalSchedule(TimePoint first, double rate, std::int64_t iterations)
    : first_(first), interval_ns_(kNanoseconds / rate), iterations_(iterations), next_(first) {}

ArrivalSchedule::ArrivalSchedule(TimePoint first, const std::vector<model::ArrivalPhase>& phases,
                                 std::int64_t iterations, bool repeat)
    : first_(first), repeat_(repeat), iterations_(iterations) {
  for (const model::ArrivalPhase& phase : phases) {
    const Stretch stretch{round_ns_, length_ns(phase), phase.rate / kNanoseconds,
                          phase.ramp_to / kNanoseconds, round_iterations_};
    round_ns_ += stretch.length_ns;
    const double held = stretch.length_ns * (stretch.rate + stretch.ramp_to) / 2;
    round_iterations_ += held;
    if (held > 0) stretches_.push_back(stretch);  // a pause only takes time
  }
  next_ = intended(0);
}

TimePoint ArrivalSchedule::take() {
  const TimePoint taken = next_;
  next_ = intended(++taken_);
  return taken;
}

TimePoint ArrivalSchedule::intended(std::int64_t k) const {
  double offset_ns = 0;
  double left = static_cast<double>(k);
  if (stretches_.empty()) {
    offset_ns = left * interval_ns_;
  } else {
    if (repeat_) {
      const double rounds = std::floor(left / round_iterations_);
      offset_ns = rounds * round_ns_;
      left -= rounds * round_iterations_;
    }
    offset_ns += ns_of(left);
  }
  return first_ + Duration(static_cast<Duration::rep>(std::llround(offset_ns)));
}

/// Solves rate * t + (ramp_to - rate) * t² / (2 * length) = k for t, in the form that stays exact
/// when the rate hardly changes.
double ArrivalSchedule::ns_of(double k) const {
  const auto after =
      std::upper_bound(stretches_.begin(), stretches_.end(), k,
                       [](double at, const Stretch& stretch) { return at < stretch.before; });
  const Stretch& stretch = after == stretches_.begin() ? *after : *(after - 1);
  const double left = k - stretch.before;
  const double slope = (stretch.ramp_to - stretch.rate) / stretch.length_ns;
  const double root = std::sqrt(std::max(0.0, stretch.rate * stretch.rate + 2 * slope * left));
  const double sum = stretch.rate + root;
  const double t = sum > 0 ? 2 * left / sum : 0;
  return stretch.from_ns + std::min(t, stretch.length_ns);
}

double count_arrivals(const std::vector<model::ArrivalPhase>& phases) {
  double count = 0;
  for (const model::ArrivalPhase& phase : phases)
    count += length_ns(phase) / kNanoseconds * (phase.rate + phase.ramp_to) / 2;
  return count;
}

}  // namespace leakcheck::load
