#pragma once

#include <string>
#include <vector>

#include "harness/model/run_report.hpp"
#include "harness/model/scenario.hpp"
#include "harness/run/run.hpp"

/// The scenario again, with one suspect out of the way at a time.
namespace leakcheck::run {

/// How the scenario runs without a suspect: with the variant that it gives, or with an inert
/// stand-in (Options::stand_ins). Nothing is reported, no route runs alone, and no threshold ends
/// it: only its memory is of interest.
/// `mode` is what the first run chose, so that both can be compared.
model::Scenario remove_suspect(const model::Scenario& scenario, const model::Suspect& suspect,
                               model::Mode mode);

/// Whether an inert stand-in takes the place of the suspect: there is no variant.
bool needs_stand_in(const model::Suspect& suspect);

/// "replaced by an inert stand-in", "run with SHARP_OFF set".
std::string describe_change(const model::Suspect& suspect);

/// Names of folders, one for each suspect: "suspect-sharp".
std::vector<std::string> name_folders(const std::vector<model::Suspect>& suspects);

/// Runs the scenario once more for each suspect, in a folder of its own inside the run's, and puts
/// into the report's verdict what their absence changes. The first run's answer stays what it is. A
/// signal ends it.
/// Shape:  the report is of a run that ended with a leak.
void run_ablations(const model::Scenario& scenario, const Options& options, const Control& control,
                   model::RunReport& report);

}  // namespace leakcheck::run
