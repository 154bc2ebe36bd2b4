#include "harness/load/flow_schedule.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace leakcheck::load {

FlowSchedule::FlowSchedule(std::vector<Share> shares, std::int64_t wanted, std::uint64_t seed)
    : shares_(std::move(shares)), credit_(shares_.size(), 0) {
  int divisor = 0;
  for (const Share& share : shares_) divisor = std::gcd(divisor, share.weight);
  divisor = std::max(divisor, 1);
  for (Share& share : shares_) {
    share.weight /= divisor;
    weights_ += share.weight;
    requests_per_round_ += std::int64_t{share.weight} * share.requests;
  }
  requests_per_round_ = std::max<std::int64_t>(requests_per_round_, 1);
  const std::int64_t rounds = (wanted + requests_per_round_ - 1) / requests_per_round_;
  want_iterations(rounds * weights_);
  // After a whole round the credits are what they were, so a cycle may begin anywhere in it.
  for (auto left = seed % static_cast<std::uint64_t>(weights_); left > 0; --left) next();
  first_ = credit_;
}

void FlowSchedule::want_iterations(std::int64_t iterations) {
  const std::int64_t rounds = std::max<std::int64_t>(1, (iterations + weights_ - 1) / weights_);
  iterations_per_cycle_ = rounds * weights_;
  requests_per_cycle_ = rounds * requests_per_round_;
}

void FlowSchedule::restart() {
  credit_ = first_;
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
