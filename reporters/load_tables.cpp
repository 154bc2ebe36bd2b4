#include "reporters/load_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/bytes.hpp"
#include "reporters/code_points.hpp"
#include "reporters/numbers.hpp"

namespace leakcheck::reporters {
namespace {

constexpr int kGap = 2;  // between columns
constexpr int kShortestName = 12;
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

struct Column {
  std::string head;
  int rank = 0;  ///< what matters least goes first when the terminal is narrow: the highest
  std::vector<std::string> cells{};

  int width() const {
    int out = display_width(head);
    for (const auto& cell : cells) out = std::max(out, display_width(cell));
    return out;
  }
};

int width_of(const std::vector<Column>& columns) {
  int out = 0;
  for (const Column& column : columns) out += kGap + column.width();
  return out;
}

/// Names to the left, columns to the right, the head dim.
std::vector<std::string> lay_out(const std::string& head, const std::vector<std::string>& names,
                                 std::vector<Column> columns, const Paint& paint, int width) {
  while (columns.size() > 1 && 2 + kShortestName + width_of(columns) > width)
    columns.erase(std::max_element(columns.begin(), columns.end(),
                                   [](const auto& a, const auto& b) { return a.rank < b.rank; }));
  int longest = display_width(head);
  for (const auto& name : names) longest = std::max(longest, display_width(name));
  const int room = std::min(longest, width - 2 - width_of(columns));

  std::string line = pad_right(cut(head, room), room);
  for (const Column& column : columns) line += pad_left(column.head, kGap + column.width());
  std::vector<std::string> lines = {"  " + paint.dim(line)};
  for (std::size_t row = 0; row < names.size(); ++row) {
    line = "  " + pad_right(cut(names[row], room), room);
    for (const Column& column : columns) line += pad_left(column.cells[row], kGap + column.width());
    lines.push_back(std::move(line));
  }
  return lines;
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
