#pragma once

#include <string>

#include "harness/model/run_report.hpp"
#include "reporters/page.hpp"

/// What a run found out about why memory grows.
namespace leakcheck::reporters {

/// The strongest finding as a block, how much of the growth the findings explain, and the others in
/// a line each; or why there is none.
void add_explanation(Page& page, const model::RunReport& report);

/// "recentViews (Array) gained 1,400 entries: {id, page}, at server.js:5:7" of a finding that is
/// more than a guess; "" when there is none.
std::string name_culprit(const model::RunReport& report);

/// All of it as plain lines, each place as the frame of a stack: "at recentViews (server.js:5:7)".
std::string explain_culprit(const model::RunReport& report);

}  // namespace leakcheck::reporters
