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

std::string format_rate(double per_second) {
  if (!std::isfinite(per_second)) return "0";
  if (std::abs(per_second) < 9.95) return fmt::format("{:.1f}", per_second);
  return format_grouped(std::clamp(per_second, -1e15, 1e15));
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
  const double percent = 100 * part / whole;
  // What happened is never shown as nothing.
  if (percent > 0 && percent < 0.05) return "<0.1 %";
  return fmt::format("{:.1f} %", percent);
}

std::string format_interval(double low, double high) {
  if (!std::isfinite(low) || !std::isfinite(high)) return "not known";
  std::string from = format_bytes(low);
  const std::string to = format_bytes(high);
  const std::size_t unit = to.rfind(' ');
  // One unit is enough for both.
  if (from.ends_with(to.substr(unit))) from.resize(from.rfind(' '));
  return fmt::format("{} to {}", from, to);
}

std::string count_of(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", format_grouped(count), noun, count == 1 ? "" : "s");
}

std::string plain_seconds(double ms) {
  return fmt::format("{:.3f}", bounded_ms(ms) / 1000);
}

}  // namespace leakcheck::reporters
