#include "harness/series/times.hpp"

#include <chrono>
#include <cmath>

#include "harness/series/values.hpp"

namespace leakcheck::series {
namespace {

constexpr double kEarliest = 1e8;

/// Reads digits off the front.
class Digits {
 public:
  explicit Digits(std::string_view text) : text_(text) {}

  std::optional<int> take(std::size_t count) {
    if (text_.size() < count) return std::nullopt;
    int number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return std::nullopt;
      number = 10 * number + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return number;
  }
  bool take_one_of(std::string_view characters) {
    if (text_.empty() || characters.find(text_.front()) == std::string_view::npos) return false;
    last_ = text_.front();
    text_.remove_prefix(1);
    return true;
  }
  double take_fraction() {
    double fraction = 0;
    double unit = 0.1;
    while (const auto digit = take(1)) {
      fraction += *digit * unit;
      unit /= 10;
    }
    return fraction;
  }
  char last() const { return last_; }
  bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
  char last_ = ' ';
};

std::optional<double> take_day(Digits& digits) {
  const auto year = digits.take(4);
  if (!year || !digits.take_one_of("-/")) return std::nullopt;
  const auto month = digits.take(2);
  if (!month || !digits.take_one_of("-/")) return std::nullopt;
  const auto day = digits.take(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return static_cast<double>(std::chrono::sys_days{date}.time_since_epoch().count()) * 86'400;
}

/// Seconds to be taken off for the zone: Z, +01:00, -0530, +02, or nothing.
std::optional<double> take_offset(Digits& digits) {
  if (digits.at_end() || digits.take_one_of("Zz")) return 0;
  digits.take_one_of(" ");
  if (!digits.take_one_of("+-")) return std::nullopt;
  const double sign = digits.last() == '+' ? 1 : -1;
  const auto hours = digits.take(2);
  if (!hours) return std::nullopt;
  digits.take_one_of(":");
  return sign * (*hours * 3600 + digits.take(2).value_or(0) * 60);
}

std::optional<Moment> read_iso(std::string_view text) {
  Digits digits(text);
  const auto day = take_day(digits);
  if (!day) return std::nullopt;
  if (!digits.take_one_of("Tt ")) return std::nullopt;
  const auto hours = digits.take(2);
  if (!hours || !digits.take_one_of(":")) return std::nullopt;
  const auto minutes = digits.take(2);
  if (!minutes || *hours > 24 || *minutes > 59) return std::nullopt;
  double seconds = 0;
  if (digits.take_one_of(":")) {
    const auto whole = digits.take(2);
    if (!whole || *whole > 60) return std::nullopt;
    seconds = *whole;
    if (digits.take_one_of(".,")) seconds += digits.take_fraction();
  }
  const auto offset = take_offset(digits);
  if (!offset || !digits.at_end()) return std::nullopt;
  return Moment{*day + *hours * 3600 + *minutes * 60 + seconds - *offset, true};
}

}  // namespace

std::optional<Moment> read_moment(double number) {
  if (!std::isfinite(number) || number < 0) return std::nullopt;
  if (number < kEarliest) return Moment{number, false};
  double seconds = number;
  // The year 5138 in seconds is 1973 in milliseconds.
  for (int i = 0; i < 3 && seconds >= 1e11; ++i) seconds /= 1000;
  if (seconds >= 1e11) return std::nullopt;
  return Moment{seconds, true};
}

std::optional<Moment> read_moment(std::string_view text) {
  if (const auto number = read_number(text)) return read_moment(*number);
  return read_iso(text);
}

std::optional<Moment> read_leading_moment(std::string_view line) {
  if (line.starts_with('[')) line.remove_prefix(1);
  constexpr std::size_t kShortest = 16;  // "2026-11-23T20:08"
  if (line.size() < kShortest || line[4] != '-' || line[13] != ':') return std::nullopt;
  const std::size_t end = line.find_first_of(" \t]{", kShortest);
  return read_iso(line.substr(0, end));
}

}  // namespace leakcheck::series
