#include "reporters/load_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/bytes.hpp"
#include "reporters/code_points.hpp"
#include "reporters/columns.hpp"
#include "reporters/numbers.hpp"

namespace leakcheck::reporters {
namespace {

constexpr std::size_t kMostSteps = 20;
constexpr double kLongestMs = 99'999'999;  // more than a day

/// Three digits are what a latency is worth: "0.052", "9.21", "12.3", "1,204".
std::string show_ms(double ms) {
  if (!std::isfinite(ms)) return "–";
  ms = std::clamp(ms, 0.0, kLongestMs);
  if (ms < 0.9995) return fmt::format("{:.3f}", ms);
  if (ms < 9.995) return fmt::format("{:.2f}", ms);
  if (ms < 99.95) return fmt::format("{:.1f}", ms);
  return format_grouped(ms);
}

std::size_t shown_steps(const model::LoadSummary& load) {
  return std::min(load.steps.size(), kMostSteps);
}

void add_rest(std::vector<std::string>& lines, const model::LoadSummary& load) {
  if (load.steps.size() > kMostSteps)
    lines.push_back(fmt::format("  and {} more in the JSON", load.steps.size() - kMostSteps));
}

}  // namespace

std::vector<std::string> list_latencies(const model::LoadSummary& load, const Paint& paint,
                                        int width) {
  if (load.answered == 0) return {};
  std::vector<std::string> names;
  std::vector<Column> columns = {{"min", 5}, {"mean", 6}, {"p50", 0}, {"p90", 4},
                                 {"p95", 2}, {"p99", 1},  {"max", 3}};
  const auto add = [&](const std::string& name, const model::Latency& latency) {
    names.push_back(clean_line(name));
    const double values[] = {latency.min_ms, latency.mean_ms, latency.p50_ms, latency.p90_ms,
                             latency.p95_ms, latency.p99_ms,  latency.max_ms};
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].cells.push_back(show_ms(values[i]));
  };
  if (load.steps.size() != 1) add("all requests", load.latency);
  for (std::size_t i = 0; i < shown_steps(load); ++i)
    add(load.steps[i].name, load.steps[i].latency);
  auto lines = lay_out("latency in ms", names, std::move(columns), paint, width);
  add_rest(lines, load);
  return lines;
}

std::vector<std::string> list_steps(const model::LoadSummary& load, const Paint& paint, int width) {
  if (load.steps.size() < 2) return {};
  std::vector<std::string> names;
  std::vector<Column> columns = {{"count", 0}, {"per second", 2}, {"failed", 1}};
  for (std::size_t i = 0; i < shown_steps(load); ++i) {
    const model::StepSummary& step = load.steps[i];
    const double rate =
        load.busy_ms > 0 ? 1000 * static_cast<double>(step.requests) / load.busy_ms : 0;
    names.push_back(clean_line(step.name));
    columns[0].cells.push_back(format_grouped(step.requests));
    columns[1].cells.push_back(format_rate(rate));
    columns[2].cells.push_back(format_grouped(step.failed));
  }
  auto lines = lay_out("requests", names, std::move(columns), paint, width);
  add_rest(lines, load);
  return lines;
}

}  // namespace leakcheck::reporters
