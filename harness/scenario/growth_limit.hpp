#pragma once

#include <optional>

#include "harness/scenario/context.hpp"
#include "harness/scenario/fields.hpp"

namespace leakcheck::scenario {

/// growth, over and at of one quantity: "15%", "15% over 6h", "15% over 6h at 20/s", or in keys of
/// their own. None without growth, and with a problem.
std::optional<model::Budget> read_growth_limit(Context& context, const Fields& fields);

}  // namespace leakcheck::scenario
