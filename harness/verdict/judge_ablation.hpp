#pragma once

#include <string>
#include <vector>

#include "harness/model/run_report.hpp"
#include "harness/model/verdict.hpp"

namespace leakcheck::verdict {

/// How a scenario ran again.
struct AblationRun {
  std::string suspect;        ///< "sharp"
  std::string change;         ///< "replaced by an inert stand-in"
  bool stands_in = false;     ///< else the scenario gave a variant
  bool never_loaded = false;  ///< no thread of the service asked for the module
  const model::RunReport& report;
};

/// Compares the growth of the culprit's quantity with that of the first run.
/// Shape:  `first` has a culprit.
model::Ablation judge_ablation(const model::Verdict& first, const AblationRun& without);

/// What the absence of each changed, in one sentence; "" for none.
std::string describe_ablations(const std::vector<model::Ablation>& ablations);

}  // namespace leakcheck::verdict
