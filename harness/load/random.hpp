#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace leakcheck::load {

/// Random numbers that are the same on every machine for the same seed and stream. Each request
/// has a stream of its own, so its values do not depend on which answer came first.
/// Source: xoshiro256** seeded by splitmix64 (Blackman and Vigna, 2021, ACM TOMS 47:36).
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint64_t next();
  /// Evenly from `low` to `high`, both included. Shape: low <= high.
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// Appends letters and digits.
  void append_text(std::string& out, std::size_t length);
  /// Appends one of version 4. Source: RFC 9562, section 5.4.
  void append_uuid(std::string& out);

 private:
  std::uint64_t below(std::uint64_t limit);

  std::array<std::uint64_t, 4> state_{};
};

}  // namespace leakcheck::load
