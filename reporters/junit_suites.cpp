#include "reporters/junit_suites.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "reporters/code_points.hpp"
#include "reporters/explanation_lines.hpp"
#include "reporters/judged.hpp"
#include "reporters/junit_output.hpp"
#include "reporters/layout.hpp"
#include "reporters/numbers.hpp"

namespace leakcheck::reporters {
namespace {

using model::Ending;
using Result = JunitCase::Result;

constexpr int kLongestName = 200;

/// Single spaces, and none at the ends: readers that know names as tokens (Ant's schema) see them
/// so, and two names must not become one there.
std::string squeeze(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// Gives every name out once: "a", "a (2)", "a (3)".
class UniqueNames {
 public:
  std::string take(std::string_view wanted, std::string_view fallback) {
    std::string base = cut(squeeze(clean_xml(wanted, false)), kLongestName);
    if (base.empty()) base = fallback;
    std::string name = base;
    for (int count = 2; !taken_.insert(name).second; ++count)
      name = fmt::format("{} ({})", base, count);
    return name;
  }

 private:
  std::set<std::string> taken_;
};

/// What could not be judged is an error when that is how the run ended (exit code 5), so that the
/// job and its report agree. Beside another cause, which has its own testcase, it is only skipped.
void set_undecided(JunitCase& junit, const model::RunReport& report, const std::string& message) {
  junit.result = report.outcome.ending == Ending::inconclusive ? Result::error : Result::skipped;
  junit.type = "inconclusive";
  junit.message = message;
}

void set_failed(JunitCase& junit, std::string type, const std::string& message) {
  junit.result = Result::failure;
  junit.type = std::move(type);
  junit.message = message;
}

JunitCase service_case(const model::RunReport& report) {
  JunitCase junit;
  junit.name = "service under load";
  junit.duration_ms = report.duration_ms;
  switch (report.outcome.ending) {
    case Ending::clean:
    case Ending::budget_exceeded:
    case Ending::inconclusive:
      return junit;
    case Ending::leak:
      if (!is_out_of_memory_leak(report)) return junit;
      set_failed(junit, "out_of_memory", ending_message(report));
      break;
    case Ending::target_failed:
    case Ending::load_invalid:
    case Ending::usage_wrong:
    case Ending::scenario_wrong:
    case Ending::report_failed:
    case Ending::internal_error:
    case Ending::interrupted:
    case Ending::terminated:
      junit.result = Result::error;
      junit.type = report.outcome.ending == Ending::target_failed && report.target.end
                       ? model::to_string(*report.target.end)
                       : model::to_string(report.outcome.ending);
      junit.message = ending_message(report);
      break;
  }
  junit.details = explain_ending(report);
  return junit;
}

JunitCase quantity_case(const model::RunReport& report, model::Quantity quantity) {
  JunitCase junit;
  junit.name = fmt::format("{} retained per request", model::to_string(quantity));
  const auto* verdict = find_verdict(report, quantity);
  if (verdict == nullptr) {
    set_undecided(junit, report, "not judged: " + ending_message(report));
    return junit;
  }
  const auto* budget = find_per_request_budget(report, quantity);
  const bool is_culprit = report.verdict->culprit == quantity;
  if (is_growth(report, verdict->answer) && is_ignored_leak(report)) {
    junit.result = Result::skipped;
    junit.type = "ignored";
    junit.message = ending_message(report);
  } else if (is_growth(report, verdict->answer)) {
    set_failed(junit, std::string(model::to_string(verdict->answer)), verdict->reason);
  } else if (budget != nullptr && budget->state == model::CheckState::failed) {
    set_failed(junit, "budget_exceeded", budget->message);
  } else if (verdict->answer == model::Answer::inconclusive) {
    set_undecided(junit, report, verdict->reason);
  }
  junit.details = explain_quantity(*verdict);
  if (is_culprit && junit.result == Result::failure) {
    if (const std::string culprit = name_culprit(report); !culprit.empty())
      junit.message += "; " + culprit;
    junit.details += "\n" + explain_culprit(report) + explain_origin(report);
  }
  return junit;
}

JunitCase limit_case(const model::RunReport& report, const Limit& limit) {
  const model::Check& check = *limit.check;
  JunitCase junit;
  junit.name = check.name;
  switch (check.state) {
    case model::CheckState::passed:
      break;
    case model::CheckState::failed:
      set_failed(junit, limit.is_threshold ? "threshold_exceeded" : "budget_exceeded",
                 check.message);
      break;
    case model::CheckState::inconclusive:
      set_undecided(junit, report, check.message);
      break;
  }
  junit.details =
      fmt::format("measured {}, limit {}", clean_line(check.measured), clean_line(check.limit));
  return junit;
}

bool shows_trouble(const JunitCase& junit) {
  return junit.result == Result::failure || junit.result == Result::error;
}

std::vector<JunitCase> list_cases(const model::RunReport& report) {
  std::vector<JunitCase> cases = {service_case(report)};
  for (const auto quantity : model::kJudged) {
    // Whether native memory can be counted depends on the service, not on the run.
    if (quantity == model::Quantity::native && find_verdict(report, quantity) == nullptr) continue;
    cases.push_back(quantity_case(report, quantity));
  }
  for (const Limit& limit : list_limits(report)) cases.push_back(limit_case(report, limit));

  // A run that did not end well is never all green, whatever its record holds.
  if (report.outcome.ending != Ending::clean &&
      std::none_of(cases.begin(), cases.end(), shows_trouble)) {
    JunitCase& service = cases.front();
    service.result = Result::error;
    service.type = model::to_string(report.outcome.ending);
    service.message = ending_message(report);
    service.details = explain_ending(report);
  }
  UniqueNames names;
  for (JunitCase& junit : cases) {
    junit.name = names.take(junit.name, "limit");
    junit.message = clean_xml(junit.message, false);
    if (junit.message.empty() && junit.result != Result::passed) junit.message = junit.name;
  }
  return cases;
}

/// A path that a consumer can find in the repository, or nothing.
std::string relative_file(const std::string& file) {
  const auto path = std::filesystem::path(file).lexically_normal();
  const bool outside = path.empty() || path.is_absolute() || *path.begin() == "..";
  return outside ? "" : path.string();
}

/// "2026-11-23T20:08:24" of "2026-11-23T20:08:24.123Z"; nothing when it is not such a time.
std::string without_zone(const std::string& time) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  if (time.size() < kShape.size()) return "";
  for (std::size_t at = 0; at < kShape.size(); ++at) {
    const bool digit = time[at] >= '0' && time[at] <= '9';
    if (kShape[at] == '0' ? !digit : time[at] != kShape[at]) return "";
  }
  return time.substr(0, kShape.size());
}

std::vector<std::pair<std::string, std::string>> list_properties(const model::RunReport& report) {
  std::vector<std::pair<std::string, std::string>> all = {
      {"leakcheck.version", report.leakcheck_version},
      {"leakcheck.ending", std::string(model::to_string(report.outcome.ending))},
      {"leakcheck.mode", std::string(model::to_string(report.scenario.mode))},
      {"leakcheck.modeChosenBy", report.scenario.chose_mode ? "auto" : ""},
      {"leakcheck.profile", report.scenario.profile},
      {"leakcheck.scenario", report.scenario.file},
      {"leakcheck.runFolder", report.run_folder},
      {"node.version", report.target.node_version},
      {"v8.version", report.target.v8_version},
  };
  all.erase(std::remove_if(all.begin(), all.end(),
                           [](const auto& property) { return property.second.empty(); }),
            all.end());
  return all;
}

}  // namespace

std::vector<JunitSuite> list_suites(const std::vector<model::RunReport>& reports) {
  std::vector<JunitSuite> suites;
  UniqueNames names;
  for (const auto& report : reports) {
    JunitSuite& suite = suites.emplace_back();
    suite.name = names.take(report.scenario.name, "scenario");
    suite.file = relative_file(report.scenario.file);
    suite.timestamp = without_zone(report.started_at);
    suite.duration_ms = report.duration_ms;
    suite.properties = list_properties(report);
    suite.cases = list_cases(report);
    suite.system_out = render_system_out(report);
  }
  return suites;
}

}  // namespace leakcheck::reporters
