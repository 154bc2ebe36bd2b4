#include "harness/run/run.hpp"

#include "harness/run/ablation.hpp"
#include "harness/run/session.hpp"

namespace leakcheck::run {
namespace {

model::RunReport run_once(const model::Scenario& scenario, const Options& options,
                          const Control& control) {
  Options chosen = options;
  const bool chooses = scenario.mode == model::Mode::automatic;
  chosen.mode = chooses ? model::Mode::quiet : scenario.mode;
  chosen.may_freeze = chooses;
  {
    Session session(scenario, chosen, control);
    model::RunReport report = session.run();
    chosen.spent = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double, std::milli>(report.duration_ms));
    if (!session.too_slow() || report.outcome.ending == model::Ending::interrupted ||
        report.outcome.ending == model::Ending::terminated)
      return report;
  }

  // The quiet attempt's logs stay where they are.
  chosen.mode = model::Mode::freeze;
  chosen.may_freeze = false;
  chosen.run_folder = options.run_folder / "freeze";
  model::RunReport report = Session(scenario, chosen, control).run();
  report.notes.insert(
      report.notes.begin(),
      "in quiet mode the service did not keep its own time-outs, so it was measured "
      "in freeze mode (mode: auto)");
  return report;
}

}  // namespace

model::RunReport run_scenario(const model::Scenario& scenario, const Options& options,
                              const Control& control) {
  model::RunReport report = run_once(scenario, options, control);
  if (!scenario.suspects.empty() && report.outcome.ending == model::Ending::leak && report.verdict)
    run_ablations(scenario, options, control, report);
  return report;
}

}  // namespace leakcheck::run
