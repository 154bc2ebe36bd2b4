#include "harness/run/ablation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "harness/base/file.hpp"
#include "harness/run/session.hpp"
#include "harness/verdict/judge_ablation.hpp"

namespace leakcheck::run {
namespace {

/// A part of a path that is one on every file system.
std::string plain_name(const std::string& module) {
  std::string out;
  for (const unsigned char c : module) {
    const bool plain = std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
    // "./lib/cache" begins with what says nothing.
    if (!plain && out.empty()) continue;
    if (c == '.' && out.empty()) continue;
    out += plain ? static_cast<char>(c) : '-';
  }
  constexpr std::size_t kLongest = 64;
  return out.substr(0, kLongest);
}

std::string list_suspects(const std::vector<model::Suspect>& suspects, std::size_t from) {
  std::string out;
  for (std::size_t i = from; i < suspects.size(); ++i)
    out += (out.empty() ? "" : ", ") + suspects[i].module;
  return out;
}

void announce(const Control& control, std::string sentence) {
  if (!control.on_progress) return;
  model::Progress progress;
  progress.note = std::move(sentence);
  control.on_progress(progress);
}

bool is_interrupted(const model::RunReport& report) {
  return report.outcome.ending == model::Ending::interrupted ||
         report.outcome.ending == model::Ending::terminated;
}

}  // namespace

model::Scenario remove_suspect(const model::Scenario& scenario, const model::Suspect& suspect,
                               model::Mode mode) {
  model::Scenario out = scenario;
  out.snapshots.take = model::SnapshotSpec::Take::never;  // the first run has explained the leak
  out.mode = mode;
  out.suspects.clear();
  out.reporters.clear();
  out.thresholds.clear();
  out.load.isolate = model::LoadSpec::Isolate::never;
  if (!suspect.command.empty()) out.target.command = suspect.command;
  for (const auto& [name, value] : suspect.env) {
    const auto known = std::find_if(out.target.env.begin(), out.target.env.end(),
                                    [&](const auto& each) { return each.first == name; });
    if (known != out.target.env.end())
      known->second = value;
    else
      out.target.env.emplace_back(name, value);
  }
  return out;
}

bool needs_stand_in(const model::Suspect& suspect) {
  return suspect.env.empty() && suspect.command.empty();
}

std::string describe_change(const model::Suspect& suspect) {
  if (needs_stand_in(suspect)) return "replaced by an inert stand-in";
  std::string names;
  for (const auto& [name, value] : suspect.env) names += (names.empty() ? "" : ", ") + name;
  return fmt::format("run with {}{}{}", suspect.command.empty() ? "" : "another command",
                     suspect.command.empty() || names.empty() ? "" : ", and ",
                     names.empty() ? "" : names + " set");
}

std::vector<std::string> name_folders(const std::vector<model::Suspect>& suspects) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const model::Suspect& suspect : suspects) {
    const std::string name = "suspect-" + plain_name(suspect.module);
    std::string unique = name;
    for (int i = 2; !taken.insert(unique).second; ++i) unique = fmt::format("{}-{}", name, i);
    names.push_back(unique);
  }
  return names;
}

void run_ablations(const model::Scenario& scenario, const Options& options, const Control& control,
                   model::RunReport& report) {
  const std::vector<std::string> folders = name_folders(scenario.suspects);
  for (std::size_t i = 0; i < scenario.suspects.size(); ++i) {
    const model::Suspect& suspect = scenario.suspects[i];
    announce(control,
             fmt::format("once more, with {} {}", suspect.module, describe_change(suspect)));
    Options again = options;
    again.run_folder = options.run_folder / folders[i];
    again.mode = report.scenario.mode;
    if (needs_stand_in(suspect)) again.stand_ins = {suspect.module};
    const model::Scenario without = remove_suspect(scenario, suspect, report.scenario.mode);
    Session session(without, again, control);
    const model::RunReport run = session.run();
    if (is_interrupted(run)) {
      report.notes.push_back(fmt::format("{}, so these suspects were not tried: {}",
                                         run.outcome.message, list_suspects(scenario.suspects, i)));
      // Whoever interrupts wants all of it to end; the verdict stays in the record.
      report.outcome = run.outcome;
      break;
    }
    (void)write_file(again.run_folder / "run.json", model::render_run_record(run), 0600);
    report.verdict->ablations.push_back(verdict::judge_ablation(
        *report.verdict, {suspect.module, describe_change(suspect), needs_stand_in(suspect),
                          session.never_loaded_stand_in(), run}));
  }
  if (!report.verdict->ablations.empty())
    report.notes.push_back(verdict::describe_ablations(report.verdict->ablations));
}

}  // namespace leakcheck::run
