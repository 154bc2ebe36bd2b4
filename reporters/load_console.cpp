#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "harness/base/bytes.hpp"
#include "reporters/code_points.hpp"
#include "reporters/load_tables.hpp"
#include "reporters/marks.hpp"
#include "reporters/numbers.hpp"
#include "reporters/page.hpp"
#include "reporters/reporters.hpp"

namespace leakcheck::reporters {
namespace {

using model::Ending;
using model::LoadReport;
using model::LoadSummary;

constexpr int kLabelWidth = 13;
constexpr int kNarrowest = 40;
constexpr int kWidest = 80;
constexpr int kLongestName = 40;
constexpr std::size_t kMostKinds = 8;   // of errors, and of statuses
constexpr std::size_t kMostChecks = 8;  // that failed

Headline headline_of_load(Ending ending) {
  switch (ending) {
    case Ending::clean:
      return {"PASSED", Headline::kGood};
    case Ending::leak:
    case Ending::budget_exceeded:
      return {"THRESHOLD EXCEEDED", Headline::kBad};
    case Ending::inconclusive:
      return {"NOT COMPLETE", Headline::kOpen};
    default:
      return headline_of(ending);
  }
}

double per_second(double amount, const LoadSummary& load) {
  return load.busy_ms > 0 ? 1000 * amount / load.busy_ms : 0;
}

double per_second(std::int64_t amount, const LoadSummary& load) {
  return per_second(static_cast<double>(amount), load);
}

std::string render_headline(const LoadReport& report, const Paint& paint, int width) {
  const auto [words, colour] = headline_of_load(report.outcome.ending);
  std::vector<std::string> facts;
  if (!report.scenario.profile.empty())
    facts.push_back("profile " + cut(clean_line(report.scenario.profile), 20));
  if (report.scenario.vus > 0) facts.push_back(count_of(report.scenario.vus, "user"));
  if (report.load.busy_ms > 0) facts.push_back(format_elapsed(report.load.busy_ms));
  if (!report.target.url.empty()) facts.push_back(cut(clean_line(report.target.url), 40));

  const int left = width - display_width(words) - 2;
  const std::string name = cut(clean_line(report.scenario.name), std::min(left, kLongestName));
  std::string dim;
  int used = display_width(words) + 2 + display_width(name);
  for (const auto& fact : facts) {
    const std::string next = " · " + fact;
    if (used + display_width(next) > width) break;
    used += display_width(next);
    dim += next;
  }
  return paint.in(colour, words) + "  " + paint.bold(name) + (dim.empty() ? "" : paint.dim(dim));
}

/// "status 500 (10), timeout (2)", most frequent first.
template <typename Counts, typename Show>
std::string list_counts(const Counts& counts, Show show) {
  std::vector<std::pair<std::string, std::int64_t>> sorted;
  for (const auto& [key, count] : counts) sorted.emplace_back(show(key), count);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out;
  for (std::size_t at = 0; at < std::min(sorted.size(), kMostKinds); ++at)
    out += fmt::format("{}{} ({})", at == 0 ? "" : ", ", sorted[at].first,
                       format_grouped(sorted[at].second));
  if (sorted.size() > kMostKinds) out += fmt::format(" and {} more", sorted.size() - kMostKinds);
  return out;
}

void add_iterations(Page& page, const LoadSummary& load) {
  if (load.wanted_rate <= 0) return;
  std::string line =
      fmt::format("{} at {}/s of {}/s wanted", format_grouped(load.iterations),
                  format_rate(per_second(load.iterations, load)), format_rate(load.wanted_rate));
  if (load.dropped_iterations > 0)
    line += fmt::format(", {} dropped", format_grouped(load.dropped_iterations));
  if (load.late_iterations > 0)
    line += fmt::format(", {} late", format_grouped(load.late_iterations));
  page.entry("iterations", line);
}

void add_totals(Page& page, const LoadSummary& load) {
  page.entry(
      "requests",
      fmt::format("{} at {}/s, {}", format_grouped(load.sent),
                  format_rate(per_second(load.sent, load)),
                  load.failed == 0 ? "none failed"
                                   : fmt::format("{} failed ({})", format_grouped(load.failed),
                                                 format_percent(static_cast<double>(load.failed),
                                                                static_cast<double>(load.sent)))));
  add_iterations(page, load);
  if (!load.statuses.empty())
    page.entry("answers",
               list_counts(load.statuses, [](int code) { return std::to_string(code); }));
  if (!load.errors.empty())
    page.entry("errors", list_counts(load.errors, [](const auto& kind) { return kind; }), 6);
  if (load.aborted > 0)
    page.entry("aborted", format_grouped(load.aborted) + " by us, as the scenario asks");
  if (load.received_bytes > 0)
    page.entry("received", fmt::format("{}, {}/s", format_bytes(Bytes{load.received_bytes}),
                                       format_bytes(Bytes{static_cast<std::int64_t>(
                                           per_second(load.received_bytes, load))})));
  if (load.connections > 0) page.entry("connections", format_grouped(load.connections));
  std::string own;
  if (load.cpu_share > 0) own = format_percent(load.cpu_share, 1) + " of a core";
  if (load.lateness.max_ms > 0)
    own += fmt::format("{}late by p50 {}, p99 {}", own.empty() ? "" : "; ",
                       format_ms(load.lateness.p50_ms), format_ms(load.lateness.p99_ms));
  if (!own.empty()) page.entry("leakcheck", own);
}

/// Checks on the answers: how many in all, and each that failed.
void add_checks(Page& page, const LoadSummary& load) {
  if (load.checks.empty()) return;
  std::int64_t passed = 0;
  std::int64_t failed = 0;
  std::vector<const model::CheckSummary*> bad;
  for (const auto& check : load.checks) {
    passed += check.passed;
    failed += check.failed;
    if (check.failed > 0) bad.push_back(&check);
  }
  page.entry("checks", failed == 0 ? fmt::format("all {} passed", format_grouped(passed))
                                   : fmt::format("{} of {} failed", format_grouped(failed),
                                                 format_grouped(passed + failed)));
  std::stable_sort(bad.begin(), bad.end(),
                   [](const auto* a, const auto* b) { return a->failed > b->failed; });
  for (std::size_t at = 0; at < std::min(bad.size(), kMostChecks); ++at)
    page.marked(page.paint().red("✗"),
                fmt::format("{}: {} of {} failed", bad[at]->name, format_grouped(bad[at]->failed),
                            format_grouped(bad[at]->failed + bad[at]->passed)),
                2);
  if (bad.size() > kMostChecks)
    page.line(fmt::format("    and {} more in the JSON", bad.size() - kMostChecks));
}

}  // namespace

std::string render_load_console(const LoadReport& report, const ConsoleStyle& style) {
  const Paint paint(style.color);
  const int width = std::clamp(style.width, kNarrowest, kWidest);
  Page page(paint, width, kLabelWidth);
  page.line(render_headline(report, paint, width));
  page.end_block();
  if (report.outcome.ending != Ending::clean) page.sentence(report.outcome.message, 6);
  page.end_block();
  if (report.load.sent > 0) {
    add_totals(page, report.load);
    page.end_block();
    page.lines(list_latencies(report.load, paint, width));
    page.end_block();
    page.lines(list_steps(report.load, paint, width));
    page.end_block();
    add_checks(page, report.load);
    page.end_block();
  }
  for (const auto& threshold : report.thresholds)
    page.marked(mark(threshold.state, paint),
                fmt::format("{}: {}", threshold.name, threshold.measured), 2);
  page.end_block();
  for (const auto& note : report.notes) page.marked(paint.yellow("!"), note);
  page.end_block();
  if (report.outcome.ending == Ending::target_failed ||
      report.outcome.ending == Ending::load_invalid)
    page.last_words(report.target.log_tail);
  page.end_block();
  if (!report.outcome.hint.empty()) page.entry("hint", report.outcome.hint, 4);
  if (!report.run_folder.empty()) page.whole_entry("folder", clean_line(report.run_folder));
  return page.text();
}

std::string render_load_line(const model::LoadProgress& progress, const ConsoleStyle& style) {
  const Paint paint(style.color);
  std::string line = progress.requests == 0
                         ? std::string("starts")
                         : pad_right(fmt::format("{:.0f} %", 100 * progress.share), 6);
  std::vector<std::string> parts;
  if (progress.requests > 0) {
    parts.push_back(count_of(progress.requests, "request"));
    parts.push_back(format_rate(progress.requests_per_second) + "/s");
    parts.push_back(format_grouped(progress.failed) + " failed");
  }
  parts.push_back(format_elapsed(progress.at_ms));
  int used = display_width(line);
  line = paint.cyan(cut(line, style.width));
  for (const std::string& part : parts) {
    used += 2 + display_width(part);
    if (used > style.width) break;
    line += "  " + part;
  }
  return line;
}

}  // namespace leakcheck::reporters
