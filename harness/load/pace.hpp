#pragma once

#include <cstdint>

#include "harness/base/clock.hpp"

namespace leakcheck::load {

/// Bytes at a steady rate, let through in slices of at least 10 ms.
class Pace {
 public:
  static constexpr Duration kSlice = std::chrono::milliseconds(10);

  Pace() = default;  ///< without a limit
  /// Units: bytes per second; 0: without a limit.
  Pace(std::int64_t rate, TimePoint start) : rate_(rate), start_(start) {}

  bool is_limited() const { return rate_ > 0; }
  /// How many bytes may have gone by now, in all; the first of them at once.
  std::int64_t allowed(TimePoint now) const;
  /// When more than `gone` bytes may have gone, but not before the next slice.
  TimePoint next(std::int64_t gone, TimePoint now) const;

 private:
  std::int64_t rate_ = 0;
  TimePoint start_{};
};

}  // namespace leakcheck::load
