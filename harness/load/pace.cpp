#include "harness/load/pace.hpp"

#include <algorithm>
#include <limits>

namespace leakcheck::load {
namespace {

double seconds(Duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

std::int64_t Pace::allowed(TimePoint now) const {
  if (!is_limited()) return std::numeric_limits<std::int64_t>::max();
  const double bytes = static_cast<double>(rate_) * seconds(now - start_ + kSlice);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(bytes));
}

TimePoint Pace::next(std::int64_t gone, TimePoint now) const {
  if (!is_limited()) return now;
  // A little more than the byte takes, so that rounding does not ask again right then.
  const double due = (static_cast<double>(gone) + 1.001) / static_cast<double>(rate_);
  const auto when =
      start_ - kSlice + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(due));
  return std::max(now + kSlice, when);
}

}  // namespace leakcheck::load
