#include "harness/verdict/schedule.hpp"

#include <algorithm>

namespace leakcheck::verdict {
namespace {

/// 12, 24, 48, 96 … and 16, 32, 64, 128 …
bool in_progression(int cycles) {
  if (cycles < kFirstCheckpoint) return false;
  while (cycles % 2 == 0 && cycles > 16) cycles /= 2;
  return cycles == 12 || cycles == 16;
}

}  // namespace

int window_steps(int cycles) {
  return (cycles + 1) / 2;
}

Schedule::Schedule(int min_cycles, int max_cycles)
    : min_(std::min(min_cycles, max_cycles)), max_(max_cycles) {}

int Schedule::confirm_limit() const {
  return std::max(2 * max_ + 8, 64);
}

bool Schedule::is_checkpoint(int cycles) const {
  return cycles == max_ || (cycles >= min_ && in_progression(cycles));
}

Confirmation Confirmation::of_first(double requests) {
  return {std::max(4 * requests, kLeastRequests), std::max(2 * requests, kLeastRequests)};
}

Confirmation Confirmation::of_anew(double requests, double requests_a_cycle) {
  const double wanted =
      std::max(requests + std::max(kRequestsAnew, kCyclesAnew * requests_a_cycle), kLeastRequests);
  return {wanted, wanted};
}

}  // namespace leakcheck::verdict
