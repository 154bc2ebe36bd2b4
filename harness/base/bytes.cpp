#include "harness/base/bytes.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace leakcheck {
namespace {

constexpr std::array<const char*, 4> kUnits = {"KB", "MB", "GB", "TB"};
constexpr double kMegabyte = 1024 * 1024;
constexpr double kLongestPlain = 1e6;

std::string format_scaled(double bytes) {
  std::size_t unit = 0;
  double value = bytes / 1024;
  // 1023.95 KB would print as "1024.0 KB": step up where rounding would.
  while (std::abs(value) >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  if (std::abs(value) >= kLongestPlain) return fmt::format("{:.3g} {}", value, kUnits[unit]);
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string group(std::string digits) {
  const std::size_t sign = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > sign + 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

/// 0 when the unit is not known.
double unit_factor(std::string_view unit) {
  std::string lower;
  for (const char c : unit) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower.empty() || lower == "b") return 1;
  if (lower == "k" || lower == "kb" || lower == "kib") return 1024;
  if (lower == "m" || lower == "mb" || lower == "mib") return 1024.0 * 1024;
  if (lower == "g" || lower == "gb" || lower == "gib") return 1024.0 * 1024 * 1024;
  return 0;
}

}  // namespace

std::string format_grouped(std::int64_t number) {
  return group(std::to_string(number));
}

std::string format_grouped(double number) {
  if (!std::isfinite(number)) return "not known";
  // Adding 0 turns -0 into 0.
  return group(fmt::format("{:.0f}", std::round(number) + 0.0));
}

std::string format_bytes(Bytes bytes) {
  if (bytes.count > -1024 && bytes.count < 1024) return fmt::format("{} B", bytes.count);
  return format_scaled(static_cast<double>(bytes.count));
}

std::string format_bytes(double bytes) {
  if (!std::isfinite(bytes)) return "not known";
  const double size = std::abs(bytes);
  if (size >= kMegabyte - 0.5) return format_scaled(bytes);
  if (size >= 999.995) return format_grouped(bytes) + " B";
  std::string text = fmt::format("{:.2f}", bytes);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  if (text == "-0") text = "0";
  return text + " B";
}

Result<Bytes> parse_bytes(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorKind::scenario, fmt::format("\"{}\" is not a size: {}", text, why),
                "write a number and a unit: 64B, 128KB, 320MB, 2GB");
  };
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return refuse("it has no number");
  if (value < 0) return refuse("it is negative");
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  const double factor = unit_factor(unit);
  if (factor == 0) return refuse(fmt::format("the unit \"{}\" is not known", unit));
  const double bytes = value * factor;
  if (bytes > 9007199254740992.0) return refuse("it is too large");
  return Bytes{static_cast<std::int64_t>(std::llround(bytes))};
}

}  // namespace leakcheck
