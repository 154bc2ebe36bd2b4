#pragma once

#include <optional>
#include <string_view>

namespace leakcheck::series {

/// Seconds since 1970, or a number that counts from some other moment in an unknown unit.
struct Moment {
  double value = 0;
  bool calendar = true;
};

/// A number: seconds, milliseconds, microseconds or nanoseconds since 1970 by its size; below 1e8
/// (March 1973) it counts from another moment. None for negative numbers and NaN.
std::optional<Moment> read_moment(double number);

/// The same as text, or ISO 8601 with date and time ("2026-11-23T20:08:24.123Z", a blank for the T,
/// an offset, no zone for UTC). None for anything else.
std::optional<Moment> read_moment(std::string_view text);

/// The time at the beginning of a line: "2026-11-23T20:08:24Z stdout {…". None without one.
std::optional<Moment> read_leading_moment(std::string_view line);

}  // namespace leakcheck::series
