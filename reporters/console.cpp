#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "harness/base/bytes.hpp"
#include "reporters/code_points.hpp"
#include "reporters/console_routes.hpp"
#include "reporters/console_tables.hpp"
#include "reporters/explanation_lines.hpp"
#include "reporters/judged.hpp"
#include "reporters/layout.hpp"
#include "reporters/marks.hpp"
#include "reporters/numbers.hpp"
#include "reporters/page.hpp"
#include "reporters/reporters.hpp"

namespace leakcheck::reporters {
namespace {

using model::Ending;

constexpr int kLabelWidth = 10;
constexpr int kNarrowest = 40;
constexpr int kWidest = 100;  // a sentence that is longer is hard to read
constexpr int kLongestName = 48;
constexpr std::size_t kReasonRows = 6;
constexpr std::size_t kMostNotes = 3;
constexpr std::size_t kMostWarnings = 2;
constexpr std::size_t kMostErrors = 3;

bool only_thresholds_failed(const model::RunReport& report) {
  if (!report.verdict) return false;
  return std::none_of(report.verdict->budgets.begin(), report.verdict->budgets.end(),
                      [](const auto& each) { return each.state == model::CheckState::failed; });
}

std::string_view words_of_pass(const model::RunReport& report) {
  if (!report.verdict) return "CLEAN";
  if (is_ignored_leak(report)) return "LEAK, IGNORED";
  switch (report.verdict->answer) {
    case model::Answer::bounded:
      return "BOUNDED";
    case model::Answer::time_bounded:
      return "TIME-BOUNDED";
    case model::Answer::keyed_growth:
      return "BOUNDED BY ITS KEYS";
    default:
      return "CLEAN";
  }
}

/// Quiet is how runs are; auto is what the run began with when it did not get so far as to choose.
std::string mode_fact(const model::ScenarioSummary& scenario) {
  if (scenario.mode == model::Mode::quiet || scenario.mode == model::Mode::automatic) return "";
  return fmt::format("{} mode{}", model::to_string(scenario.mode),
                     scenario.chose_mode ? ", chosen by auto" : "");
}

Headline headline_of_run(const model::RunReport& report) {
  switch (report.outcome.ending) {
    case Ending::clean:
      return {words_of_pass(report), Headline::kGood};
    case Ending::leak:
      if (report.verdict && report.verdict->answer == model::Answer::keyed_growth)
        return {"KEYED GROWTH", Headline::kBad};
      return {"LEAK", Headline::kBad};
    case Ending::budget_exceeded:
      return {only_thresholds_failed(report) ? "THRESHOLD EXCEEDED" : "BUDGET EXCEEDED",
              Headline::kBad};
    case Ending::inconclusive:
      return {"INCONCLUSIVE", Headline::kOpen};
    default:
      return headline_of(report.outcome.ending);
  }
}

std::string render_headline(const model::RunReport& report, const Paint& paint, int width) {
  const Headline headline = headline_of_run(report);
  std::vector<std::string> facts;
  if (!report.scenario.profile.empty())
    facts.push_back("profile " + cut(clean_line(report.scenario.profile), 20));
  if (!report.target.node_version.empty())
    facts.push_back("node " + cut(clean_line(report.target.node_version), 12));
  if (std::string mode = mode_fact(report.scenario); !mode.empty()) facts.push_back(mode);
  if (report.duration_ms > 0) facts.push_back(format_elapsed(report.duration_ms));

  const int left = width - display_width(headline.words) - 2;
  const std::string name = cut(clean_line(report.scenario.name), std::min(left, kLongestName));
  std::string dim;
  int used = display_width(headline.words) + 2 + display_width(name);
  for (const auto& fact : facts) {
    const std::string next = " · " + fact;
    if (used + display_width(next) > width) break;
    used += display_width(next);
    dim += next;
  }
  return paint.in(headline.colour, headline.words) + "  " + paint.bold(name) +
         (dim.empty() ? "" : paint.dim(dim));
}

/// "status 500 (10), timeout (2)", most frequent first.
std::string list_errors(const model::LoadSummary& load) {
  std::vector<std::pair<std::string, std::int64_t>> errors(load.errors.begin(), load.errors.end());
  std::stable_sort(errors.begin(), errors.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out;
  for (std::size_t at = 0; at < std::min(errors.size(), kMostErrors); ++at)
    out += fmt::format("{}{} ({})", at == 0 ? "" : ", ", errors[at].first,
                       format_grouped(errors[at].second));
  if (errors.size() > kMostErrors) out += fmt::format(" and {} more", errors.size() - kMostErrors);
  return out;
}

void add_load(Page& page, const model::RunReport& report) {
  const model::LoadSummary& load = report.load;
  if (load.sent == 0) return;
  std::string line = count_of(load.sent, "request");
  if (load.busy_ms > 0)
    line +=
        fmt::format(" at {}/s", format_rate(static_cast<double>(load.sent) * 1000 / load.busy_ms));
  line += load.failed == 0 ? ", none failed"
                           : fmt::format(", {} failed ({})", format_grouped(load.failed),
                                         format_percent(static_cast<double>(load.failed),
                                                        static_cast<double>(load.sent)));
  page.entry("load", line);
  if (load.answered > 0)
    page.entry("latency",
               fmt::format("p50 {}, p95 {}, p99 {}", format_ms(load.latency.p50_ms),
                           format_ms(load.latency.p95_ms), format_ms(load.latency.p99_ms)));
  // An invalid load has them in its sentence.
  if (!load.errors.empty() && report.outcome.ending != Ending::load_invalid)
    page.entry("errors", list_errors(load), 2);
  const auto worst =
      std::max_element(load.steps.begin(), load.steps.end(),
                       [](const auto& a, const auto& b) { return a.failed < b.failed; });
  if (load.steps.size() > 1 && worst->failed > 0)
    page.entry("worst",
               fmt::format("{}: {} of {} failed", worst->name, format_grouped(worst->failed),
                           format_grouped(worst->requests)),
               2);
}

/// Warnings of the process by name, the most frequent first, each with its first message.
void add_warnings(Page& page, const model::RunReport& report) {
  struct Kind {
    const model::ProcessWarning* first;
    int count;
  };
  std::vector<Kind> kinds;
  for (const auto& warning : report.process_warnings) {
    const auto known = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) {
      return kind.first->name == warning.name;
    });
    if (known == kinds.end()) {
      kinds.push_back({&warning, 1});
    } else {
      ++known->count;
    }
  }
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](const Kind& a, const Kind& b) { return a.count > b.count; });
  for (std::size_t at = 0; at < std::min(kinds.size(), kMostWarnings); ++at)
    page.entry("warning",
               fmt::format("{}{}: {}", kinds[at].first->name,
                           kinds[at].count > 1 ? fmt::format(" (×{})", kinds[at].count) : "",
                           kinds[at].first->message),
               2);
  if (kinds.size() > kMostWarnings)
    page.entry("", fmt::format("and {} other kinds of warning", kinds.size() - kMostWarnings));
}

/// How the resident set moved; when it did not, there is nothing to say.
void add_resident(Page& page, const model::RunReport& report) {
  if (!report.verdict || !report.verdict->resident) return;
  const model::ResidentSet& resident = *report.verdict->resident;
  if (resident.kind != model::ResidentSet::Kind::flat) page.entry("rss", resident.reason, 4);
}

void add_notes(Page& page, const model::RunReport& report) {
  for (std::size_t at = 0; at < std::min(report.notes.size(), kMostNotes); ++at)
    page.entry("note", report.notes[at]);
  if (report.notes.size() > kMostNotes)
    page.entry("", fmt::format("and {} more in the run record", report.notes.size() - kMostNotes));
}

void add_log_tail(Page& page, const model::RunReport& report) {
  const bool wanted = report.outcome.ending == Ending::target_failed ||
                      report.outcome.ending == Ending::load_invalid ||
                      is_out_of_memory_leak(report);
  if (wanted) page.last_words(report.target.log_tail);
}

std::string_view when_to_type(Ending ending) {
  if (ending == Ending::leak || ending == Ending::budget_exceeded) return "  # after the fix";
  if (ending == Ending::clean) return "  # for CI";
  return "";
}

/// As arguments of a command, short where all are in the run folder; DevTools opens them too.
std::string list_snapshots(const model::RunReport& report) {
  const std::string folder = report.run_folder + "/";
  const auto& all = report.explanation->snapshots;
  if (std::all_of(all.begin(), all.end(),
                  [&](const auto& each) { return each.file.rfind(folder + "heap-", 0) == 0; }))
    return quote_for_shell(clean_line(report.run_folder)) + "/heap-*.heapsnapshot";
  std::string out;
  for (const auto& snapshot : all)
    out += (out.empty() ? "" : " ") + quote_for_shell(clean_line(snapshot.file));
  return out;
}

void add_what_next(Page& page, const model::RunReport& report) {
  if (!report.outcome.hint.empty()) page.entry("hint", report.outcome.hint, 4);
  // A path and a command are never wrapped or cut.
  if (!report.run_folder.empty()) page.whole_entry("folder", clean_line(report.run_folder));
  if (report.explanation && report.explanation->snapshots.size() > 1 &&
      !report.explanation->snapshots.back().file.empty())
    page.whole_entry("snapshots", "leakcheck diff " + list_snapshots(report));
  const std::string command = next_command(report);
  if (command.empty()) return;
  std::string_view when = when_to_type(report.outcome.ending);
  if (2 + kLabelWidth + display_width(command) + display_width(when) > page.width()) when = "";
  page.whole_entry("next", page.paint().bold(command) + page.paint().dim(when));
}

}  // namespace

std::string render_console(const model::RunReport& report, const ConsoleStyle& style) {
  const Paint paint(style.color);
  const int width = std::clamp(style.width, kNarrowest, kWidest);
  Page page(paint, width, kLabelWidth);
  page.line(render_headline(report, paint, width));
  page.end_block();
  page.sentence(ending_message(report), kReasonRows);
  page.end_block();
  add_explanation(page, report);
  page.lines(draw_series(report, paint, width));
  page.end_block();
  page.lines(list_quantities(report, paint, width));
  page.lines(list_limit_lines(report, paint, width));
  page.end_block();
  for (const auto list : {list_parts, list_routes, list_ablations}) {
    page.lines(list(report, paint, width));
    page.end_block();
  }
  add_resident(page, report);
  add_load(page, report);
  add_warnings(page, report);
  add_notes(page, report);
  page.end_block();
  add_log_tail(page, report);
  page.end_block();
  add_what_next(page, report);
  return page.text();
}

}  // namespace leakcheck::reporters
