#pragma once

#include <string>
#include <vector>

#include "harness/verdict/judge_routes.hpp"

namespace leakcheck::verdict {

/// Which routes keep memory, and whether that explains what the mixture keeps: one sentence.
/// Shape:  one of `runs` for each of `routes`, in the same order; at least one.
std::string describe_routes(const std::vector<model::RouteGrowth>& routes,
                            const std::vector<RouteRun>& runs, const model::Verdict& mixture);

}  // namespace leakcheck::verdict
