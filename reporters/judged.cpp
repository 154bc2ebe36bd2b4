#include "reporters/judged.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reporters/code_points.hpp"
#include "reporters/layout.hpp"

namespace leakcheck::reporters {
namespace {

std::string per_request_name(model::Quantity quantity) {
  return fmt::format("{} per request", model::to_string(quantity));
}

bool has_own_verdict(const model::RunReport& report, const model::Check& budget) {
  return std::any_of(
      report.verdict->quantities.begin(), report.verdict->quantities.end(),
      [&](const auto& each) { return budget.name == per_request_name(each.quantity); });
}

std::string run_again(const model::RunReport& report, std::string_view more = "") {
  if (report.scenario.file.empty()) return "";
  std::string command = "leakcheck run " + quote_for_shell(clean_line(report.scenario.file));
  if (!report.scenario.profile.empty())
    command += " --profile " + quote_for_shell(clean_line(report.scenario.profile));
  return command + std::string(more);
}

std::string read_log(const model::RunReport& report) {
  const auto& target = report.target;
  const std::string& log = target.stderr_log.empty() ? target.stdout_log : target.stderr_log;
  return log.empty() ? run_again(report) : "less " + quote_for_shell(clean_line(log));
}

}  // namespace

const model::QuantityVerdict* find_verdict(const model::RunReport& report,
                                           model::Quantity quantity) {
  return report.verdict ? model::find_quantity(*report.verdict, quantity) : nullptr;
}

const model::Check* find_per_request_budget(const model::RunReport& report,
                                            model::Quantity quantity) {
  if (!report.verdict) return nullptr;
  const auto& all = report.verdict->budgets;
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) {
    return each.name == per_request_name(quantity);
  });
  return found == all.end() ? nullptr : &*found;
}

std::vector<Limit> list_limits(const model::RunReport& report) {
  std::vector<Limit> limits;
  if (!report.verdict) return limits;
  for (const auto& budget : report.verdict->budgets)
    if (!has_own_verdict(report, budget)) limits.push_back({&budget, false});
  for (const auto& threshold : report.verdict->thresholds) limits.push_back({&threshold, true});
  return limits;
}

bool is_out_of_memory_leak(const model::RunReport& report) {
  return report.outcome.ending == model::Ending::leak &&
         report.target.end == model::TargetEnd::out_of_memory;
}

bool is_ignored_leak(const model::RunReport& report) {
  if (report.outcome.ending != model::Ending::clean || !report.explanation) return false;
  const auto& findings = report.explanation->findings;
  return std::any_of(findings.begin(), findings.end(),
                     [](const auto& finding) { return !finding.ignored.empty(); });
}

bool is_growth(const model::RunReport& report, model::Answer answer) {
  return answer == model::Answer::leak ||
         (answer == model::Answer::keyed_growth && !report.scenario.bounded_keys);
}

std::string name_part(const model::PartGrowth& part) {
  return part.thread == 0 ? fmt::format("process {}", part.pid)
                          : fmt::format("worker thread {} of process {}", part.thread, part.pid);
}

std::string ending_message(const model::RunReport& report) {
  if (!report.outcome.message.empty()) return report.outcome.message;
  if (report.verdict && !report.verdict->reason.empty()) return report.verdict->reason;
  return fmt::format("the run ended: {}", model::to_string(report.outcome.ending));
}

std::string next_command(const model::RunReport& report) {
  using model::Ending;
  switch (report.outcome.ending) {
    case Ending::clean:
      return run_again(report, " --junit leakcheck.xml");
    case Ending::leak:
    case Ending::budget_exceeded:
    case Ending::inconclusive:
    case Ending::report_failed:
    case Ending::internal_error:
    case Ending::interrupted:
    case Ending::terminated:
      return run_again(report);
    case Ending::target_failed:
    case Ending::load_invalid:
      return read_log(report);
    case Ending::scenario_wrong:
      return report.scenario.file.empty()
                 ? ""
                 : "leakcheck validate " + quote_for_shell(clean_line(report.scenario.file));
    case Ending::usage_wrong:
      return "leakcheck --help";
  }
  return "";
}

}  // namespace leakcheck::reporters
