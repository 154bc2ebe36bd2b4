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

/// "412 B", "11.2 KB", "-3.0 MB", "1.5 GB". 1 KB is 1024 B, as in V8's own flags.
std::string format_bytes(Bytes bytes);
/// The same for a rate or mean, with up to two decimals below 1 KB: "10.24 B", "64 B".
std::string format_bytes(double bytes);

/// Reads "64B", "128 KB", "1.5MB", "2GiB" or a bare number of bytes.
/// Errors: ErrorKind::scenario for a negative number, an unknown unit or anything past 2^53.
Result<Bytes> parse_bytes(std::string_view text);

}  // namespace leakcheck
