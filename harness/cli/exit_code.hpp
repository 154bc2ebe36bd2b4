#pragma once

#include <vector>

#include "harness/model/outcome.hpp"

namespace leakcheck::cli {

/// The one place where an ending becomes an exit code.
int exit_code(model::Ending ending);

/// The exit code of several runs in one call: that of the ending that matters most. A leak comes
/// before a target that failed, that before an invalid load, an inconclusive run and a report that
/// could not be written; an interruption and an internal error come before all of them.
int exit_code(const std::vector<model::Ending>& endings);

}  // namespace leakcheck::cli
