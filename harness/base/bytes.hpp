#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/result.hpp"

namespace leakcheck {

/// A number of bytes; signed, because growth can be negative.
struct Bytes {
  std::int64_t count = 0;

  friend constexpr auto operator<=>(Bytes, Bytes) = default;
  friend constexpr Bytes operator+(Bytes a, Bytes b) { return {a.count + b.count}; }
  friend constexpr Bytes operator-(Bytes a, Bytes b) { return {a.count - b.count}; }
};

/// A level: "412 B", "11.2 KB", "-3.0 MB", "1.5 GB". 1 KB is 1024 B, as in V8's own flags.
std::string format_bytes(Bytes bytes);
/// A rate or a mean, to the byte as long as that can be read: up to two decimals below 1,000 B
/// ("10.24 B", "64 B"), whole bytes below 1 MB ("2,244 B"), then as a level ("1.5 MB").
/// "not known" for NaN and infinity.
std::string format_bytes(double bytes);

/// "12,345", "-1,234". The other one rounds to a whole number; "not known" for NaN and infinity.
std::string format_grouped(std::int64_t number);
std::string format_grouped(double number);

/// Reads "64B", "128 KB", "1.5MB", "2GiB" or a bare number of bytes; parts of a byte are rounded.
/// Errors: ErrorKind::scenario for a negative number, an unknown unit or anything past 2^53.
Result<Bytes> parse_bytes(std::string_view text);

}  // namespace leakcheck
