#include <fmt/format.h>

#include "harness/base/bytes.hpp"
#include "harness/verdict/judge.hpp"
#include "harness/verdict/wording.hpp"

namespace leakcheck::verdict {
namespace {

using model::Check;
using model::CheckState;
using model::Threshold;
using Metric = Threshold::Metric;
using Statistic = Threshold::Statistic;

bool holds(double value, Threshold::Comparison comparison, double limit) {
  switch (comparison) {
    case Threshold::Comparison::less:
      return value < limit;
    case Threshold::Comparison::less_equal:
      return value <= limit;
    case Threshold::Comparison::greater:
      return value > limit;
    case Threshold::Comparison::greater_equal:
      return value >= limit;
    case Threshold::Comparison::equal:
      return value == limit;
    case Threshold::Comparison::not_equal:
      return value != limit;
  }
  return false;
}

std::string statistic_name(const Threshold& threshold) {
  switch (threshold.statistic) {
    case Statistic::rate:
      return "rate";
    case Statistic::average:
      return "avg";
    case Statistic::minimum:
      return "min";
    case Statistic::median:
      return "med";
    case Statistic::maximum:
      return "max";
    case Statistic::percentile:
      return fmt::format("p({})", threshold.percentile);
    case Statistic::count:
      return "count";
  }
  return "";
}

const char* statistics_of(Metric metric) {
  return metric == Metric::http_req_duration ? "avg, min, med, max, p(N) or count"
                                             : "rate or count";
}

/// "http_req_duration{name:GET /orders/:id}", as the scenario has it.
std::string metric_name(const Threshold& threshold) {
  const auto metric = model::to_string(threshold.metric);
  return threshold.step.empty() ? std::string(metric)
                                : fmt::format("{}{{name:{}}}", metric, threshold.step);
}

/// The part of the load that a threshold is about.
struct Requests {
  std::int64_t sent = 0;
  std::int64_t answered = 0;
  std::int64_t failed = 0;
  model::Latency latency;
};

Requests requests_of(const Threshold& threshold, const model::LoadSummary& load) {
  if (threshold.step.empty()) return {load.sent, load.answered, load.failed, load.latency};
  for (const model::StepSummary& step : load.steps)
    if (step.name == threshold.step)
      return {step.requests, step.requests - step.failed, step.failed, step.latency};
  return {};
}

/// What was measured; none where the statistic means nothing for its metric.
struct Reading {
  double value = 0;
  std::string text;
};

Reading count_of(std::int64_t count) {
  return {static_cast<double>(count), format_grouped(count)};
}

/// "2.50 %" of `part` in `whole`, or their number.
std::optional<Reading> read_share(const Threshold& threshold, std::int64_t part,
                                  std::int64_t whole) {
  if (threshold.statistic == Statistic::count) return count_of(part);
  if (threshold.statistic != Statistic::rate) return std::nullopt;
  const double rate = static_cast<double>(part) / static_cast<double>(whole);
  return Reading{rate, fmt::format("{:.2f} %", 100 * rate)};
}

/// A number of events, or how many there were in a second under load.
std::optional<Reading> read_events(const Threshold& threshold, std::int64_t count, double busy_ms) {
  if (threshold.statistic == Statistic::count) return count_of(count);
  if (threshold.statistic != Statistic::rate) return std::nullopt;
  const double rate = busy_ms > 0 ? 1000 * static_cast<double>(count) / busy_ms : 0;
  return Reading{rate, fmt::format("{:.1f}/s", rate)};
}

std::optional<Reading> read_duration(const Threshold& threshold, const Requests& requests,
                                     const PercentileMs& percentile_ms) {
  const auto reading = [](double ms) { return Reading{ms, fmt::format("{:.1f} ms", ms)}; };
  switch (threshold.statistic) {
    case Statistic::average:
      return reading(requests.latency.mean_ms);
    case Statistic::minimum:
      return reading(requests.latency.min_ms);
    case Statistic::median:
      return reading(percentile_ms(50, threshold.step));
    case Statistic::maximum:
      return reading(requests.latency.max_ms);
    case Statistic::percentile:
      return reading(percentile_ms(threshold.percentile, threshold.step));
    case Statistic::count:
      return count_of(requests.answered);
    case Statistic::rate:
      break;
  }
  return std::nullopt;
}

struct ChecksMade {
  std::int64_t passed = 0;
  std::int64_t made = 0;
};

ChecksMade checks_of(const model::LoadSummary& load) {
  ChecksMade out;
  for (const model::CheckSummary& check : load.checks) {
    out.passed += check.passed;
    out.made += check.passed + check.failed;
  }
  return out;
}

std::optional<Reading> read_metric(const Threshold& threshold, const model::LoadSummary& load,
                                   const Requests& requests, const PercentileMs& percentile_ms) {
  switch (threshold.metric) {
    case Metric::http_req_failed:
      return read_share(threshold, requests.failed, requests.sent);
    case Metric::http_req_duration:
      return read_duration(threshold, requests, percentile_ms);
    case Metric::http_reqs:
      return read_events(threshold, requests.sent, load.busy_ms);
    case Metric::checks: {
      const ChecksMade checks = checks_of(load);
      return read_share(threshold, checks.passed, checks.made);
    }
    case Metric::dropped_iterations:
      return read_events(threshold, load.dropped_iterations, load.busy_ms);
  }
  return std::nullopt;
}

/// Why there is nothing to judge by; empty when there is.
std::string_view find_lack(const Threshold& threshold, const model::LoadSummary& load,
                           const Requests& requests) {
  if (threshold.metric == Metric::dropped_iterations)
    return load.iterations + load.dropped_iterations == 0 ? "no iteration was begun" : "";
  if (requests.sent == 0)
    return threshold.step.empty() ? "no request was sent" : "no request of that name was sent";
  if (threshold.metric == Metric::checks && checks_of(load).made == 0) return "nothing was checked";
  return "";
}

Check judge_threshold(const Threshold& threshold, const model::LoadSummary& load,
                      const PercentileMs& percentile_ms) {
  const std::string metric = metric_name(threshold);
  const Requests requests = requests_of(threshold, load);
  Check check;
  check.name = fmt::format("{} {}", metric, threshold.text);
  check.limit = threshold.text;
  check.measured = "not measured";
  if (const auto lack = find_lack(threshold, load, requests); !lack.empty()) {
    check.state = CheckState::inconclusive;
    check.message = fmt::format("{} was not judged: {}", check.name, lack);
    return check;
  }
  // Nothing was answered: no latency is good enough to pass.
  if (threshold.metric == Metric::http_req_duration && requests.answered == 0 &&
      threshold.statistic != Statistic::count) {
    check.state = CheckState::failed;
    check.message = fmt::format(
        "{} is not kept: {}", check.name,
        threshold.step.empty() ? "no request was answered" : "no request of that name succeeded");
    return check;
  }
  const auto reading = read_metric(threshold, load, requests, percentile_ms);
  if (!reading) {
    check.state = CheckState::failed;
    check.message = fmt::format("{} has no {}: use {}", metric, statistic_name(threshold),
                                statistics_of(threshold.metric));
    return check;
  }
  const bool kept = holds(reading->value, threshold.comparison, threshold.limit);
  check.measured = reading->text;
  check.state = kept ? CheckState::passed : CheckState::failed;
  check.message =
      fmt::format("{} {} was {}, {} {}", metric, statistic_name(threshold), reading->text,
                  kept ? "the threshold is" : "which breaks", threshold.text);
  return check;
}

bool is_time(const Threshold& threshold, const model::LoadSummary& load) {
  return load.busy_ms >= static_cast<double>(threshold.delay_abort_eval.count());
}

}  // namespace

std::vector<Check> judge_thresholds(const std::vector<Threshold>& thresholds,
                                    const model::LoadSummary& load,
                                    const PercentileMs& percentile_ms) {
  std::vector<Check> checks;
  checks.reserve(thresholds.size());
  for (const Threshold& threshold : thresholds)
    checks.push_back(judge_threshold(threshold, load, percentile_ms));
  return checks;
}

const Threshold* find_abort(const std::vector<Threshold>& thresholds,
                            const model::LoadSummary& load, const PercentileMs& percentile_ms) {
  for (const Threshold& threshold : thresholds)
    if (threshold.abort_on_fail && is_time(threshold, load) &&
        judge_threshold(threshold, load, percentile_ms).state == CheckState::failed)
      return &threshold;
  return nullptr;
}

}  // namespace leakcheck::verdict
