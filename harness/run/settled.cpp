#include "harness/run/settled.hpp"

#include <algorithm>
#include <cmath>

namespace leakcheck::run {
namespace {

constexpr std::size_t kSpan = 3;
constexpr double kFloorBytes = 2048;
constexpr double kShare = 0.1;

}  // namespace

bool is_settled(const std::vector<model::Cycle>& warmup) {
  if (warmup.size() < 2 * kSpan + 1) return false;
  const auto heap = [&](std::size_t back) {
    return static_cast<double>(warmup[warmup.size() - 1 - back].post_gc.heap_used.count);
  };
  const double late = (heap(0) - heap(kSpan)) / kSpan;
  const double early = (heap(kSpan) - heap(2 * kSpan)) / kSpan;
  return std::abs(late - early) <= std::max(kFloorBytes, kShare * std::abs(early));
}

}  // namespace leakcheck::run
