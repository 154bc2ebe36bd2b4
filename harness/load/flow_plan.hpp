#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/load/prepared_request.hpp"
#include "harness/load/request_plan.hpp"
#include "harness/load/tally.hpp"
#include "harness/load/variables.hpp"
#include "harness/model/scenario.hpp"

namespace leakcheck::load {

/// A request of a flow. One that is always the same is prepared once.
struct PlannedRequest {
  RequestPlan plan;
  std::size_t tally_step = 0;
  std::shared_ptr<const PreparedRequest> prepared;  ///< null when it has variables
};

using PlannedStep = std::variant<PlannedRequest, model::Milliseconds>;

/// A flow, ready to run.
struct FlowPlan {
  std::vector<PlannedStep> steps;
  int requests = 0;
};

/// Makes plans of all flows and enters their steps into the tally.
/// Errors: ErrorKind::load for flows without requests, unknown variables and URLs that are none.
Result<std::vector<FlowPlan>> plan_flows(const model::LoadSpec& spec, const std::string& base_url,
                                         const Surroundings& surroundings, Tally& tally);

}  // namespace leakcheck::load
