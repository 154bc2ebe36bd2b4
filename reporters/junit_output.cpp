#include "reporters/junit_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/bytes.hpp"
#include "harness/base/utf8.hpp"
#include "reporters/judged.hpp"
#include "reporters/layout.hpp"
#include "reporters/numbers.hpp"

namespace leakcheck::reporters {
namespace {

constexpr std::size_t kMostBytes = 64UL * 1024;
constexpr std::size_t kTailBytes = 16UL * 1024;
constexpr std::size_t kNoteBytes = 8UL * 1024;
constexpr int kLongestLine = 1000;

/// Text that says where it was cut, so that consumers with limits get it whole.
class BoundedText {
 public:
  explicit BoundedText(std::size_t most) : most_(most) {}

  void line(std::string_view text) {
    if (full_) return;
    const std::string clean = cut(to_plain_text(text, false), kLongestLine);
    if (text_.size() + clean.size() + kCut.size() > most_) {
      text_ += kCut;
      full_ = true;
      return;
    }
    text_ += clean + "\n";
  }

  const std::string& text() const { return text_; }

 private:
  static constexpr std::string_view kCut = "(cut here; the run record has the rest)\n";
  std::size_t most_;
  std::string text_;
  bool full_ = false;
};

/// The last lines say most: what does not fit goes at the front.
std::string log_tail(const model::RunReport& report) {
  std::string text;
  const auto& lines = report.target.log_tail;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    const std::string clean = cut(to_plain_text("  " + *line, false), kLongestLine) + "\n";
    if (text.size() + clean.size() > kTailBytes) {
      text.insert(0, "  (cut here; the service's log has the rest)\n");
      break;
    }
    text.insert(0, clean);
  }
  return text.empty() ? "" : "last words of the service:\n" + text;
}

std::string describe_load(const model::RunReport& report) {
  const model::LoadSummary& load = report.load;
  BoundedText text(kNoteBytes);
  if (load.sent == 0) return "";
  text.line(fmt::format("load: {} sent, {} answered, {} failed", count_of(load.sent, "request"),
                        format_grouped(load.answered), format_grouped(load.failed)));
  if (!report.cycles.empty())
    text.line(fmt::format("seen by the service: {} of {} sent, warm-up included",
                          format_grouped(report.requests_seen),
                          count_of(report.cycles.back().requests_total, "request")));
  if (load.answered > 0)
    text.line(fmt::format("latency: p50 {}, p95 {}, p99 {}, max {}", format_ms(load.latency.p50_ms),
                          format_ms(load.latency.p95_ms), format_ms(load.latency.p99_ms),
                          format_ms(load.latency.max_ms)));
  for (const auto& [kind, count] : load.errors)
    text.line(fmt::format("failed: {}, {}", format_grouped(count), kind));
  return text.text();
}

std::string describe_notes(const model::RunReport& report) {
  BoundedText text(kNoteBytes);
  for (const auto& note : report.notes) text.line("note: " + note);
  for (const auto& warning : report.process_warnings)
    text.line(fmt::format("warning: {}: {}", warning.name, warning.message));
  return text.text();
}

std::string describe_series(const model::RunReport& report, std::size_t most) {
  if (report.cycles.empty()) return "";
  BoundedText text(most);
  text.line("post-GC bytes by cycle:");
  const bool counted = std::any_of(report.cycles.begin(), report.cycles.end(),
                                   [](const auto& cycle) { return cycle.native.has_value(); });
  const auto native = [&](std::string_view words) {
    return counted ? fmt::format("{:>14}", words) : std::string();
  };
  text.line(fmt::format("{:>5}  {:<8}{:>10}{:>14}{:>14}{:>14}{:>14}{}", "cycle", "phase",
                        "requests", "heapUsed", "external", "arrayBuffers", "rss",
                        native("native")));
  for (const auto& cycle : report.cycles)
    text.line(fmt::format("{:>5}  {:<8}{:>10}{:>14}{:>14}{:>14}{:>14}{}", cycle.index,
                          model::to_string(cycle.phase), cycle.requests_total,
                          cycle.post_gc.heap_used.count, cycle.post_gc.external.count,
                          cycle.post_gc.array_buffers.count, cycle.post_gc.rss.count,
                          native(cycle.native ? std::to_string(cycle.native->live.count) : "–")));
  return text.text();
}

std::string describe_growth(const model::Estimate& growth) {
  if (growth.deltas <= 0) return "nothing that was measured";
  return fmt::format("{} per request (interval {})", format_bytes(growth.bytes_per_request),
                     format_interval(growth.low, growth.high));
}

/// What only one answer has.
std::string describe_kind(const model::QuantityVerdict& verdict) {
  std::string text;
  if (verdict.allocations_per_request)
    text += fmt::format("; {:.2f} more allocations alive for every request",
                        *verdict.allocations_per_request);
  if (verdict.in_the_end) text += fmt::format("; {} in the end", format_bytes(*verdict.in_the_end));
  if (verdict.keyed)
    text += fmt::format("; {} for each of {}", format_bytes(verdict.keyed->bytes_per_key),
                        count_of(verdict.keyed->keys, "key"));
  if (verdict.time_bound)
    text +=
        fmt::format("; {} given back after {}", format_percent(verdict.time_bound->given_back, 1),
                    format_elapsed(verdict.time_bound->after_ms));
  return text;
}

}  // namespace

std::string explain_ending(const model::RunReport& report) {
  std::string text;
  if (!report.outcome.hint.empty())
    text += "hint: " + to_plain_text(report.outcome.hint, false) + "\n";
  const bool of_service = report.outcome.ending == model::Ending::target_failed ||
                          report.outcome.ending == model::Ending::load_invalid ||
                          is_out_of_memory_leak(report);
  if (of_service) text += log_tail(report);
  return text;
}

std::string explain_quantity(const model::QuantityVerdict& verdict) {
  const model::Estimate& growth = verdict.growth;
  if (growth.deltas <= 0) return "nothing was measured";
  const std::string level =
      std::isfinite(growth.confidence) ? fmt::format("{:.4g} % ", 100 * growth.confidence) : "";
  std::string text = fmt::format(
      "measured {} per request ({}interval {}), budget {}", format_bytes(growth.bytes_per_request),
      level, format_interval(growth.low, growth.high), format_bytes(verdict.budget_per_request));
  if (verdict.answer != model::Answer::leak && verdict.answer != model::Answer::keyed_growth)
    text += fmt::format("; anything above {} per request would have been seen",
                        format_bytes(verdict.smallest_leak));
  text += fmt::format("; from {} differences over {}", growth.deltas,
                      count_of(growth.requests, "request"));
  return text + describe_kind(verdict);
}

std::string explain_origin(const model::RunReport& report) {
  if (!report.verdict) return "";
  BoundedText text(kNoteBytes);
  for (const auto& part : report.verdict->parts)
    text.line(fmt::format("{} keeps {}", name_part(part), describe_growth(part.growth)));
  if (!report.verdict->routes_say.empty()) text.line(report.verdict->routes_say);
  for (const auto& route : report.verdict->routes) {
    std::string after;
    for (const auto& name : route.with) after += (after.empty() ? ", after " : ", ") + name;
    text.line(fmt::format("route {}: {}{}", route.name,
                          route.problem.empty() ? describe_growth(route.growth) : route.problem,
                          route.leaks ? after + ": leaks" : after));
  }
  for (const auto& ablation : report.verdict->ablations)
    text.line(
        fmt::format("without {} ({}): {}", ablation.suspect, ablation.change, ablation.reason));
  return text.text();
}

std::string render_system_out(const model::RunReport& report) {
  BoundedText head(kNoteBytes);
  head.line(fmt::format("{}: {}", model::to_string(report.outcome.ending), ending_message(report)));
  if (!report.outcome.hint.empty()) head.line("hint: " + report.outcome.hint);
  if (report.verdict)
    for (const auto& verdict : report.verdict->quantities)
      head.line(fmt::format("{}: {}, {}", model::to_string(verdict.quantity),
                            model::to_string(verdict.answer), explain_quantity(verdict)));
  if (report.verdict && report.verdict->resident)
    head.line("rss: " + report.verdict->resident->reason);
  const std::string before =
      head.text() + explain_origin(report) + describe_load(report) + describe_notes(report);
  const std::string after = log_tail(report);
  return before + describe_series(report, kMostBytes - before.size() - after.size()) + after;
}

}  // namespace leakcheck::reporters
