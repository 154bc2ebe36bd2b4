#include "harness/load/cookie_date.hpp"

#include <strings.h>

#include <array>
#include <chrono>
#include <cstddef>

namespace leakcheck::load {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_delimiter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x09 || (byte >= 0x20 && byte <= 0x2f) || (byte >= 0x3b && byte <= 0x40) ||
         (byte >= 0x5b && byte <= 0x60) || (byte >= 0x7b && byte <= 0x7e);
}

/// A number of `least` to `most` digits at the front, and no digit after it.
std::optional<int> take_number(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t count = 0;
  int number = 0;
  while (count < text.size() && is_digit(text[count]) && count <= most)
    number = number * 10 + (text[count++] - '0');
  if (count < least || count > most) return std::nullopt;
  text.remove_prefix(count);
  return number;
}

std::optional<std::chrono::seconds> parse_time(std::string_view token) {
  std::array<int, 3> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) {
      if (!token.starts_with(':')) return std::nullopt;
      token.remove_prefix(1);
    }
    const auto number = take_number(token, 1, 2);
    if (!number) return std::nullopt;
    parts[i] = *number;
  }
  if (parts[0] > 23 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  return std::chrono::hours(parts[0]) + std::chrono::minutes(parts[1]) +
         std::chrono::seconds(parts[2]);
}

std::optional<unsigned> parse_month(std::string_view token) {
  static constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (token.size() < 3) return std::nullopt;
  for (unsigned month = 0; month < 12; ++month)
    if (::strncasecmp(token.data(), kMonths.data() + 3 * month, 3) == 0) return month + 1;
  return std::nullopt;
}

int full_year(int year) {
  if (year >= 70 && year <= 99) return year + 1900;
  return year <= 69 ? year + 2000 : year;
}

}  // namespace

std::optional<std::int64_t> parse_cookie_date(std::string_view text) {
  std::optional<std::chrono::seconds> time;
  std::optional<int> day;
  std::optional<unsigned> month;
  std::optional<int> year;
  while (!text.empty()) {
    std::size_t size = 0;
    while (size < text.size() && !is_delimiter(text[size])) ++size;
    std::string_view token = text.substr(0, size);
    text.remove_prefix(size < text.size() ? size + 1 : size);
    // Each token is the first of these that is still missing and that it can be.
    if (!time && (time = parse_time(token))) continue;
    if (!day && (day = take_number(token, 1, 2))) continue;
    if (!month && (month = parse_month(token))) continue;
    if (!year) year = take_number(token, 2, 4);
  }
  if (!time || !day || !month || !year || full_year(*year) < 1601) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(full_year(*year)),
                                         std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return (std::chrono::sys_days(date).time_since_epoch() + *time).count();
}

}  // namespace leakcheck::load
