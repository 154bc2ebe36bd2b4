#include "harness/scenario/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace leakcheck::scenario {
namespace {

constexpr double kLongestMs = 1e15;

/// A number that is not negative, and what follows it without the blanks between them.
std::optional<std::pair<double, std::string_view>> split_number(std::string_view text) {
  double value = 0;
  const char* end_of_text = text.data() + text.size();
  const auto [end, error] =
      std::from_chars(text.data(), end_of_text, value, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(value) || std::signbit(value)) return std::nullopt;
  std::string_view rest(end, static_cast<std::size_t>(end_of_text - end));
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  return std::pair{value, rest};
}

}  // namespace

std::optional<double> parse_milliseconds(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 5> units = {
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  const auto number = split_number(text);
  if (!number) return std::nullopt;
  for (const auto& [unit, factor] : units) {
    if (number->second != unit) continue;
    return number->first * factor;
  }
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto ms = parse_milliseconds(text);
  if (!ms || *ms > kLongestMs) return std::nullopt;
  return std::chrono::milliseconds(std::llround(*ms));
}

std::optional<double> parse_percent(std::string_view text) {
  const auto number = split_number(text);
  if (!number || number->second != "%") return std::nullopt;
  return number->first;
}

std::optional<double> parse_rate(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 3> units = {
      {{"s", 1}, {"m", 60}, {"h", 3600}}};
  auto number = split_number(text);
  if (!number || !number->second.starts_with('/') || !(number->first > 0)) return std::nullopt;
  std::string_view unit = number->second.substr(1);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  for (const auto& [name, seconds] : units)
    if (unit == name) return number->first / seconds;
  return std::nullopt;
}

std::optional<double> parse_decimal(std::string_view text) {
  double value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

}  // namespace leakcheck::scenario
