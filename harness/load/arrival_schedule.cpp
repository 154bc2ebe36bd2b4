#include "harness/load/arrival_schedule.hpp"

#include <cmath>

namespace leakcheck::load {

ArrivalSchedule::ArrivalSchedule(TimePoint first, double rate, std::int64_t iterations)
    : first_(first), interval_ns_(1e9 / rate), iterations_(iterations) {}

TimePoint ArrivalSchedule::intended(std::int64_t k) const {
  return first_ + Duration(std::llround(static_cast<double>(k) * interval_ns_));
}

}  // namespace leakcheck::load
