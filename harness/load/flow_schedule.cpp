#include "harness/load/flow_schedule.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace leakcheck::load {

FlowSchedule::FlowSchedule(std::vector<Share> shares, int wanted)
    : shares_(std::move(shares)), credit_(shares_.size(), 0) {
  int divisor = 0;
  for (const Share& share : shares_) divisor = std::gcd(divisor, share.weight);
  std::int64_t requests_per_round = 0;
  divisor = std::max(divisor, 1);
  for (Share& share : shares_) {
    share.weight /= divisor;
    weights_ += share.weight;
    requests_per_round += std::int64_t{share.weight} * share.requests;
  }
  requests_per_round = std::max<std::int64_t>(requests_per_round, 1);
  const std::int64_t rounds =
      std::max<std::int64_t>(1, (wanted + requests_per_round - 1) / requests_per_round);
  iterations_per_cycle_ = rounds * weights_;
  requests_per_cycle_ = rounds * requests_per_round;
}

void FlowSchedule::restart() {
  std::fill(credit_.begin(), credit_.end(), 0);
}

std::size_t FlowSchedule::next() {
  std::size_t richest = 0;
  for (std::size_t i = 0; i < shares_.size(); ++i) {
    credit_[i] += shares_[i].weight;
    if (credit_[i] > credit_[richest]) richest = i;
  }
  credit_[richest] -= weights_;
  return richest;
}

}  // namespace leakcheck::load
