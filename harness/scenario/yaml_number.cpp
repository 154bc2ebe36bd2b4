#include "harness/scenario/yaml_number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace leakcheck::scenario {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr double kLargestExact = 9007199254740992.0;  // 2^53

std::string_view take_digits(std::string_view& text) {
  const std::string_view digits =
      text.substr(0, std::min(text.find_first_not_of(kDigits), text.size()));
  text.remove_prefix(digits.size());
  return digits;
}

/// "0x1F", "0o17". None for other text, "" for more than 64 bits.
std::optional<std::string> prefixed_number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x");
  if ((!hexadecimal && !text.starts_with("0o")) || text.size() < 3) return std::nullopt;
  text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, hexadecimal ? 16 : 8);
  if (end != text.data() + text.size()) return std::nullopt;
  return error == std::errc() ? std::to_string(value) : "";
}

std::optional<std::string> decimal_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == ".inf" || text == ".Inf" || text == ".INF") return "";
  std::string_view whole = take_digits(text);
  std::string_view fraction;
  const bool has_point = text.starts_with('.');
  if (has_point) {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;
  std::string exponent;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    exponent = "e";
    if (text.starts_with('-') || text.starts_with('+')) {
      exponent += text.front();
      text.remove_prefix(1);
    }
    const std::string_view digits = take_digits(text);
    if (digits.empty()) return std::nullopt;
    exponent += digits;
  }
  if (!text.empty()) return std::nullopt;
  while (whole.size() > 1 && whole.front() == '0') whole.remove_prefix(1);
  return fmt::format("{}{}{}{}{}", negative ? "-" : "", whole.empty() ? "0" : whole,
                     fraction.empty() ? "" : ".", fraction, exponent);
}

template <typename T>
std::optional<T> parse_all(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> to_json_number(std::string_view plain) {
  if (plain == ".nan" || plain == ".NaN" || plain == ".NAN") return "";
  if (auto number = prefixed_number(plain)) return number;
  return decimal_number(plain);
}

std::optional<double> parse_number(std::string_view plain) {
  const auto number = to_json_number(plain);
  const auto value = number ? parse_all<double>(*number) : std::nullopt;
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<std::int64_t> parse_whole_number(std::string_view plain) {
  const auto number = to_json_number(plain);
  if (!number) return std::nullopt;
  if (const auto value = parse_all<std::int64_t>(*number)) return value;
  const auto value = parse_number(plain);
  if (!value || std::trunc(*value) != *value || std::abs(*value) > kLargestExact)
    return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

}  // namespace leakcheck::scenario
