#pragma once

#include <string_view>

#include "harness/scenario/problems.hpp"

namespace leakcheck::scenario {

/// Whether the word belongs to the scenario language but not to this version; then it is a problem,
/// because a word that is silently ignored makes a run mean less than it says.
/// `where` as in Fields; a value of a choice counts as a word there: "payload.order".
bool refuse_unsupported(Problems& problems, std::string_view where, std::string_view word,
                        const Place& place);

}  // namespace leakcheck::scenario
