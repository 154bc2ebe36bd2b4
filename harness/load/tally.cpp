#include "harness/load/tally.hpp"

#include "harness/load/failure.hpp"

namespace leakcheck::load {
namespace {

model::Latency summarise(const Histogram& histogram) {
  const auto at = [&](double percentile) { return to_ms(histogram.percentile(percentile)); };
  return {to_ms(histogram.min()), to_ms(histogram.mean()), at(50), at(90), at(95), at(99),
          to_ms(histogram.max())};
}

}  // namespace

std::size_t Tally::add_step(const std::string& name) {
  const auto [found, is_new] = step_numbers_.emplace(name, steps_.size());
  if (is_new) steps_.push_back({name, 0, 0, {}});
  return found->second;
}

bool Tally::add(std::size_t number, const Exchange& exchange, bool expected, Duration latency) {
  Step& step = steps_[number];
  const bool answered = exchange.status != 0;
  const bool cut_short = !answered && exchange.failure == kTimeLimit;
  const bool failed = !cut_short && (!answered || !expected);
  ++step.requests;
  if (answered) {
    ++answered_;
    ++statuses_[exchange.status];
  }
  if (failed) {
    ++failed_;
    ++step.failed;
    if (answered) {
      ++errors_["status " + std::to_string(exchange.status)];
    } else if (const auto error = errors_.find(exchange.failure); error != errors_.end()) {
      ++error->second;
    } else {
      errors_.emplace(exchange.failure, 1);
    }
  }
  if (answered || cut_short || exchange.failure == kTimeout) {
    step.latency.add(latency);
    latency_.add(latency);
  }
  return failed;
}

void Tally::clear() {
  for (Step& step : steps_) {
    step.requests = step.failed = 0;
    step.latency.clear();
  }
  answered_ = failed_ = 0;
  errors_.clear();
  statuses_.clear();
  latency_.clear();
}

model::LoadSummary Tally::summary() const {
  model::LoadSummary out;
  out.answered = answered_;
  out.failed = failed_;
  out.errors = {errors_.begin(), errors_.end()};
  out.statuses = statuses_;
  out.latency = summarise(latency_);
  for (const Step& step : steps_)
    out.steps.push_back({step.name, step.requests, step.failed, summarise(step.latency)});
  return out;
}

}  // namespace leakcheck::load
