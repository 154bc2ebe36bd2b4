#include "harness/load/tally.hpp"

#include "harness/load/failure.hpp"

namespace leakcheck::load {

model::Latency summarise(const Histogram& histogram) {
  const auto at = [&](double percentile) { return to_ms(histogram.percentile(percentile)); };
  return {to_ms(histogram.min()), to_ms(histogram.mean()), at(50), at(90), at(95), at(99),
          to_ms(histogram.max())};
}

std::size_t Tally::add_step(const std::string& name) {
  const auto [found, is_new] = step_numbers_.emplace(name, steps_.size());
  if (is_new) steps_.push_back({name, 0, 0, {}, false});
  return found->second;
}

std::size_t Tally::add_check(std::size_t step, const std::string& name) {
  checks_.push_back({steps_[step].name + ": " + name, 0, 0});
  return checks_.size() - 1;
}

bool Tally::add(std::size_t number, const Exchange& exchange, std::string_view problem,
                Duration latency) {
  Step& step = steps_[number];
  const bool answered = exchange.status != 0;
  const bool cut_short = !answered && !exchange.aborted && exchange.failure == kTimeLimit;
  const bool failed = !cut_short && !exchange.aborted && (!answered || !problem.empty());
  ++step.requests;
  if (exchange.aborted) ++aborted_;
  if (answered) {
    ++answered_;
    ++statuses_[exchange.status];
  }
  if (failed) {
    ++failed_;
    ++step.failed;
    count_error(answered ? problem : exchange.failure);
  }
  if (answered || cut_short || exchange.failure == kTimeout) {
    step.latency.add(latency);
    latency_.add(latency);
  }
  return failed;
}

void Tally::add_unsent(std::size_t number, std::string_view failure) {
  Step& step = steps_[number];
  ++step.requests;
  ++step.failed;
  ++failed_;
  count_error(failure);
}

void Tally::add_check_result(std::size_t check, bool held) {
  ++(held ? checks_[check].passed : checks_[check].failed);
}

void Tally::count_error(std::string_view kind) {
  if (const auto error = errors_.find(kind); error != errors_.end())
    ++error->second;
  else
    errors_.emplace(kind, 1);
}

const Histogram* Tally::find_latency(const std::string& name) const {
  const auto found = step_numbers_.find(name);
  return found == step_numbers_.end() ? nullptr : &steps_[found->second].latency;
}

void Tally::clear() {
  for (Step& step : steps_) {
    step.requests = step.failed = 0;
    step.latency.clear();
  }
  for (model::CheckSummary& check : checks_) check.passed = check.failed = 0;
  answered_ = failed_ = aborted_ = 0;
  errors_.clear();
  statuses_.clear();
  latency_.clear();
}

std::vector<std::string> Tally::steps_that_set_cookies() const {
  std::vector<std::string> names;
  for (const Step& step : steps_)
    if (step.sets_cookies) names.push_back(step.name);
  return names;
}

model::LoadSummary Tally::summary() const {
  model::LoadSummary out;
  out.answered = answered_;
  out.failed = failed_;
  out.aborted = aborted_;
  out.checks = checks_;
  out.errors = {errors_.begin(), errors_.end()};
  out.statuses = statuses_;
  out.latency = summarise(latency_);
  for (const Step& step : steps_)
    out.steps.push_back({step.name, step.requests, step.failed, summarise(step.latency)});
  return out;
}

}  // namespace leakcheck::load
