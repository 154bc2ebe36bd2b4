#include "harness/load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace leakcheck::load {
namespace {

constexpr int kSubBits = 7;
constexpr std::uint64_t kSubBuckets = 1U << kSubBits;

/// Values below kSubBuckets have a bucket each; above, the leading bit and the next seven count.
std::size_t bucket_of(std::uint64_t value) {
  if (value < kSubBuckets) return value;
  const int shift = static_cast<int>(std::bit_width(value)) - 1 - kSubBits;
  return static_cast<std::size_t>(shift) * kSubBuckets + (value >> shift);
}

/// The middle of the bucket.
std::int64_t value_of(std::size_t bucket) {
  if (bucket < 2 * kSubBuckets) return static_cast<std::int64_t>(bucket);
  const std::size_t shift = bucket / kSubBuckets - 1;
  const std::uint64_t lowest = (bucket - shift * kSubBuckets) << shift;
  return static_cast<std::int64_t>(lowest + (std::uint64_t{1} << (shift - 1)));
}

std::uint64_t to_count(Duration value) {
  return static_cast<std::uint64_t>(std::clamp(value, Duration(0), Histogram::kLongest).count());
}

}  // namespace

Histogram::Histogram() : buckets_(bucket_of(to_count(kLongest)) + 1, 0) {}

void Histogram::add(Duration value) {
  value = std::max(value, Duration(0));
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = std::max(max_, value);
  sum_ns_ += static_cast<double>(value.count());
  ++count_;
  ++buckets_[bucket_of(to_count(value))];
}

void Histogram::clear() {
  std::fill(buckets_.begin(), buckets_.end(), 0);
  count_ = 0;
  min_ = max_ = Duration(0);
  sum_ns_ = 0;
}

Duration Histogram::mean() const {
  return count_ == 0 ? Duration(0) : Duration(std::llround(sum_ns_ / static_cast<double>(count_)));
}

Duration Histogram::percentile(double percentile) const {
  if (count_ == 0) return Duration(0);
  // A hair less, so that a product that should be whole is not rounded up: 0.07 * 100 > 7.
  const double share = std::clamp(percentile, 0.0, 100.0) / 100.0 * (1 - 1e-12);
  const auto rank = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(count_)));
  if (rank <= 1) return min_;
  if (rank >= count_) return max_;
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::clamp(Duration(value_of(i)), min_, max_);
  }
  return max_;
}

}  // namespace leakcheck::load
