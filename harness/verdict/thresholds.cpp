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

/// What the threshold is about; none where its statistic means nothing for its metric.
struct Reading {
  double value = 0;
  std::string text;
};

std::optional<Reading> read_failed(const Threshold& threshold, const model::LoadSummary& load) {
  const auto failed = static_cast<double>(load.failed);
  if (threshold.statistic == Statistic::count) return Reading{failed, format_grouped(failed)};
  if (threshold.statistic != Statistic::rate) return std::nullopt;
  const double rate = failed / static_cast<double>(load.sent);
  return Reading{rate, fmt::format("{:.2f} %", 100 * rate)};
}

std::optional<Reading> read_duration(const Threshold& threshold, const model::LoadSummary& load,
                                     const std::function<double(double)>& percentile_ms) {
  const auto reading = [](double ms) { return Reading{ms, fmt::format("{:.1f} ms", ms)}; };
  switch (threshold.statistic) {
    case Statistic::average:
      return reading(load.latency.mean_ms);
    case Statistic::minimum:
      return reading(load.latency.min_ms);
    case Statistic::median:
      return reading(percentile_ms(50));
    case Statistic::maximum:
      return reading(load.latency.max_ms);
    case Statistic::percentile:
      return reading(percentile_ms(threshold.percentile));
    case Statistic::count:
      return Reading{static_cast<double>(load.answered),
                     format_grouped(static_cast<double>(load.answered))};
    case Statistic::rate:
      break;
  }
  return std::nullopt;
}

Check judge_threshold(const Threshold& threshold, const model::LoadSummary& load,
                      const std::function<double(double)>& percentile_ms) {
  const auto metric = model::to_string(threshold.metric);
  Check check;
  check.name = fmt::format("{} {}", metric, threshold.text);
  check.limit = threshold.text;
  check.measured = "not measured";
  if (load.sent == 0) {
    check.state = CheckState::inconclusive;
    check.message = fmt::format("{} was not judged: no request was sent", check.name);
    return check;
  }
  // Nothing was answered: no latency is good enough to pass.
  const bool of_duration = threshold.metric == Metric::http_req_duration;
  if (of_duration && load.answered == 0 && threshold.statistic != Statistic::count) {
    check.state = CheckState::failed;
    check.message = fmt::format("{} is not kept: no request was answered", check.name);
    return check;
  }
  const auto reading =
      of_duration ? read_duration(threshold, load, percentile_ms) : read_failed(threshold, load);
  if (!reading) {
    check.state = CheckState::failed;
    check.message =
        fmt::format("{} has no {}: use {}", metric, statistic_name(threshold),
                    of_duration ? "avg, min, med, max, p(N) or count" : "rate or count");
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

}  // namespace

std::vector<Check> judge_thresholds(const std::vector<Threshold>& thresholds,
                                    const model::LoadSummary& load,
                                    const std::function<double(double percentile)>& percentile_ms) {
  std::vector<Check> checks;
  checks.reserve(thresholds.size());
  for (const Threshold& threshold : thresholds)
    checks.push_back(judge_threshold(threshold, load, percentile_ms));
  return checks;
}

}  // namespace leakcheck::verdict
