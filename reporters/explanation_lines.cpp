#include "reporters/explanation_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/bytes.hpp"
#include "reporters/code_points.hpp"
#include "reporters/finding_lines.hpp"
#include "reporters/numbers.hpp"

namespace leakcheck::reporters {
namespace {

constexpr std::size_t kOthers = 3;
constexpr double kAll = 0.95;
constexpr int kPlainWidth = 200;

const model::SourcePlace* place_of(const model::Finding& finding) {
  if (finding.declared) return &*finding.declared;
  return finding.site ? &*finding.site : nullptr;
}

/// "all of the growth, over 2,000 requests between two heap snapshots".
std::string describe_share(const model::Explanation& explanation) {
  const std::string over = fmt::format(", over {} between two heap snapshots",
                                       count_of(explanation.requests, "request"));
  if (explanation.share && *explanation.share >= kAll) return "all of the growth" + over;
  if (explanation.share) return format_percent(*explanation.share, 1) + " of the growth" + over;
  return "";
}

/// The routes that leak, when each ran alone.
std::string list_leaking_routes(const model::RunReport& report) {
  std::string out;
  if (!report.verdict) return out;
  for (const model::RouteGrowth& route : report.verdict->routes)
    if (route.leaks) out += (out.empty() ? "" : ", ") + route.name;
  return out;
}

std::string name_finding(const model::Finding& finding) {
  const auto* place = place_of(finding);
  return finding.sentence + (finding.ignored.empty() ? "" : " (ignored: " + finding.ignored + ")") +
         (place != nullptr ? ", at " + show_place(*place) : "");
}

std::string frame(const std::string& name, const model::SourcePlace& place) {
  return fmt::format("    at {} ({})\n", name.empty() ? "<anonymous>" : clean_line(name),
                     show_place(place));
}

std::string explain_finding(const model::Finding& finding) {
  std::string text = clean_line(finding.sentence) + "\n";
  text += fmt::format("pattern: {}, {} confidence{}\n", model::to_string(finding.pattern),
                      model::to_string(finding.confidence),
                      finding.package.empty() ? "" : ", in " + clean_line(finding.package));
  if (finding.declared) text += frame(finding.identity, *finding.declared);
  if (finding.site) text += frame(finding.item_class, *finding.site);
  for (const std::string& step : draw_path(finding.path, Paint(false), kPlainWidth))
    text += step + "\n";
  for (const std::string& seen : finding.evidence) text += "seen: " + clean_line(seen) + "\n";
  for (const std::string& note : finding.notes) text += "note: " + clean_line(note) + "\n";
  if (!finding.ignored.empty()) text += "ignored: " + clean_line(finding.ignored) + "\n";
  for (const std::string& line : finding.advice) text += "fix: " + clean_line(line) + "\n";
  return text;
}

}  // namespace

void add_explanation(Page& page, const model::RunReport& report) {
  if (!report.explanation) return;
  const model::Explanation& explanation = *report.explanation;
  if (explanation.findings.empty()) {
    page.entry("culprit", "not found: " + explanation.problem, 4);
    return page.end_block();
  }
  add_finding(page, explanation.findings.front());
  if (const std::string& why = explanation.findings.front().ignored; !why.empty())
    page.entry("ignored", why, 2);
  if (const std::string routes = list_leaking_routes(report); !routes.empty())
    page.entry("route", routes, 2);
  if (const std::string share = describe_share(explanation); !share.empty())
    page.entry("explains", share, 2);
  const std::size_t shown = std::min(explanation.findings.size(), 1 + kOthers);
  for (std::size_t at = 1; at < shown; ++at)
    page.entry(at == 1 ? "also" : "", name_finding(explanation.findings[at]), 2);
  if (explanation.findings.size() > shown)
    page.entry("",
               fmt::format("and {} more in the run record", explanation.findings.size() - shown));
  page.end_block();
}

std::string name_culprit(const model::RunReport& report) {
  if (!report.explanation || report.explanation->findings.empty()) return "";
  const model::Finding& first = report.explanation->findings.front();
  return first.confidence == model::Confidence::low ? "" : name_finding(first);
}

std::string explain_culprit(const model::RunReport& report) {
  if (!report.explanation) return "";
  const model::Explanation& explanation = *report.explanation;
  if (explanation.findings.empty())
    return "culprit not found: " + clean_line(explanation.problem) + "\n";
  std::string text;
  for (const model::Finding& finding : explanation.findings) text += explain_finding(finding);
  if (const std::string routes = list_leaking_routes(report); !routes.empty())
    text += "route: " + clean_line(routes) + "\n";
  if (const std::string share = describe_share(explanation); !share.empty())
    text += "explains: " + share + "\n";
  for (const std::string& note : explanation.notes) text += "note: " + clean_line(note) + "\n";
  return text;
}

}  // namespace leakcheck::reporters
