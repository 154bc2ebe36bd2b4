#include "harness/series/values.hpp"

#include <charconv>
#include <cmath>
#include <string>

namespace leakcheck::series {
namespace {

constexpr double kMost = 9'007'199'254'740'992.0;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<double> unit_of(std::string_view unit) {
  if (unit == "B" || unit == "bytes") return 1;
  if (unit.size() < 2 || unit.size() > 3 || unit.back() != 'B') return std::nullopt;
  if (unit.size() == 3 && unit[1] != 'i') return std::nullopt;
  switch (unit.front()) {
    case 'k':
    case 'K':
      return 1024;
    case 'M':
      return 1024.0 * 1024;
    case 'G':
      return 1024.0 * 1024 * 1024;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<double> read_number(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<double> read_memory(std::string_view text, double scale) {
  if (const auto number = read_number(text)) return *number * scale;
  text = trim(text);
  const std::size_t end = text.find_last_of("0123456789.");
  if (end == std::string_view::npos) return std::nullopt;
  const auto unit = unit_of(trim(text.substr(end + 1)));
  std::string digits(text.substr(0, end + 1));
  std::erase(digits, ',');  // thousands
  const auto number = read_number(digits);
  if (!number) return std::nullopt;
  if (!unit && end + 1 != text.size()) return std::nullopt;
  return *number * (unit ? *unit : scale);
}

bool is_memory(double bytes) {
  return bytes >= 0 && bytes < kMost;
}

}  // namespace leakcheck::series
