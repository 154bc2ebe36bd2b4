#include "reporters/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/bytes.hpp"

namespace leakcheck::reporters {
namespace {

constexpr double kLongestMs = 1e12;  // thirty years

/// A length of time that can be printed, whatever a record says.
double bounded_ms(double ms) {
  return std::isfinite(ms) ? std::clamp(ms, 0.0, kLongestMs) : 0;
}

}  // namespace

std::string format_count(std::int64_t count) {
  std::string digits = std::to_string(count);
  const std::size_t sign = count < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > sign + 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string format_rate(double per_second) {
  if (!std::isfinite(per_second)) return "0";
  if (std::abs(per_second) < 10) return fmt::format("{:.1f}", per_second);
  return format_count(static_cast<std::int64_t>(std::clamp(std::round(per_second), -1e15, 1e15)));
}

std::string format_ms(double ms) {
  if (!std::isfinite(ms)) return "not known";
  const double shown = bounded_ms(ms);
  if (shown < 9.995) return fmt::format("{:.2f} ms", shown);
  if (shown < 99.95) return fmt::format("{:.1f} ms", shown);
  if (shown < 999.5) return fmt::format("{:.0f} ms", shown);
  return fmt::format("{:.1f} s", shown / 1000);
}

std::string format_elapsed(double ms) {
  const double seconds = bounded_ms(ms) / 1000;
  if (seconds < 99.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  return fmt::format("{} min {:02} s", whole / 60, whole % 60);
}

std::string format_percent(double part, double whole) {
  if (!(whole > 0)) return "0 %";
  return fmt::format("{:.1f} %", 100 * part / whole);
}

std::string format_known_bytes(double bytes) {
  return std::isfinite(bytes) ? format_bytes(bytes) : "not known";
}

std::string format_interval(double low, double high) {
  if (!std::isfinite(low) || !std::isfinite(high)) return "not known";
  return fmt::format("{} to {}", format_bytes(low), format_bytes(high));
}

std::string count_of(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", format_count(count), noun, count == 1 ? "" : "s");
}

std::string plain_seconds(double ms) {
  return fmt::format("{:.3f}", bounded_ms(ms) / 1000);
}

}  // namespace leakcheck::reporters
