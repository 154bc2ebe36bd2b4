#include "harness/run/endings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>
#include <vector>

namespace leakcheck::run {

model::Ending ending_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return model::Ending::usage_wrong;
    case ErrorKind::scenario:
      return model::Ending::scenario_wrong;
    case ErrorKind::target:
      return model::Ending::target_failed;
    case ErrorKind::load:
      return model::Ending::load_invalid;
    case ErrorKind::report:
    case ErrorKind::io:
      return model::Ending::report_failed;
  }
  return model::Ending::internal_error;
}

model::Outcome interrupted(const Interrupt& interrupt, const std::string& where) {
  const bool by_user = interrupt.signal() == SIGINT;
  return {by_user ? model::Ending::interrupted : model::Ending::terminated,
          fmt::format("interrupted by {} {}",
                      by_user                        ? "Ctrl-C"
                      : interrupt.signal() == SIGHUP ? "SIGHUP"
                                                     : "SIGTERM",
                      where),
          "what was recorded until then is in the reports"};
}

std::string list_errors(const model::LoadSummary& load) {
  std::vector<std::pair<std::string, std::int64_t>> errors(load.errors.begin(), load.errors.end());
  std::stable_sort(errors.begin(), errors.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out;
  for (const auto& [kind, count] : errors)
    out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", kind, count);
  return out;
}

model::ScenarioSummary summarize(const model::Scenario& scenario) {
  model::ScenarioSummary out;
  out.name = scenario.name;
  out.file = scenario.file.string();
  out.profile = scenario.profile;
  out.mode = scenario.mode;
  out.vus = scenario.load.vus;
  out.arrival_rate = scenario.load.arrival_rate;
  out.requests_per_cycle = scenario.load.cycles.requests;
  out.min_cycles = scenario.load.cycles.min;
  out.max_cycles = scenario.load.cycles.max;
  for (const auto& flow : scenario.load.flows) out.flows.push_back(flow.name);
  return out;
}

void describe(const target::Target& target, model::TargetSummary& into) {
  into.command = target.command();
  into.url = target.url();
  into.pid = target.pid();
  into.stdout_log = target.stdout_log().string();
  into.stderr_log = target.stderr_log().string();
}

}  // namespace leakcheck::run
