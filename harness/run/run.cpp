#include "harness/run/run.hpp"

#include "harness/run/session.hpp"

namespace leakcheck::run {

model::RunReport run_scenario(const model::Scenario& scenario, const Options& options,
                              const Control& control) {
  return Session(scenario, options, control).run();
}

}  // namespace leakcheck::run
