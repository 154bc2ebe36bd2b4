#pragma once

#include <string>

#include "harness/base/result.hpp"
#include "harness/model/run_report.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/target/target.hpp"

/// How a run ends, in the words that all runs share.
namespace leakcheck::run {

model::Ending ending_of(ErrorKind kind);

/// `where` is "in the measure phase". The interrupt has been requested.
model::Outcome interrupted(const Interrupt& interrupt, const std::string& where);

/// "connection refused (90), status 500 (10)": what went wrong, most frequent first.
std::string list_errors(const model::LoadSummary& load);

model::ScenarioSummary summarize(const model::Scenario& scenario);

/// What is known of a target as soon as it has been launched.
void describe(const target::Target& target, model::TargetSummary& into);

}  // namespace leakcheck::run
