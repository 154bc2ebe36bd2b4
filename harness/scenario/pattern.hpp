#pragma once

#include <optional>
#include <string>

#include "harness/scenario/context.hpp"
#include "harness/scenario/node.hpp"

namespace leakcheck::scenario {

/// A regular expression in RE2's syntax. The load room, which has RE2, compiles it; what can be
/// seen without it is refused here, where the line is known: look-around, references back to a
/// group, brackets that are not closed. Source: https://github.com/google/re2/wiki/Syntax
std::optional<std::string> read_pattern(Context& context, const Node& node,
                                        const std::string& label);

}  // namespace leakcheck::scenario
