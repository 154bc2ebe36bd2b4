#include "harness/base/long_time.hpp"

#include <fmt/format.h>

#include <cmath>

namespace leakcheck {
namespace {

/// One decimal below ten, when it is not zero.
std::string with_unit(double amount, const char* unit) {
  const double shown = std::abs(amount) < 9.95 ? std::round(amount * 10) / 10 : std::round(amount);
  return fmt::format("{:g} {}", shown, unit);
}

}  // namespace

std::string format_long_time(double seconds) {
  if (!std::isfinite(seconds)) return "not known";
  const double length = std::abs(seconds);
  if (length < 119.5) return with_unit(seconds, "s");
  if (length < 119.5 * 60) return with_unit(seconds / 60, "min");
  if (length < 47.5 * 3600) return with_unit(seconds / 3600, "h");
  return with_unit(seconds / 86'400, "days");
}

}  // namespace leakcheck
