#pragma once

#include <vector>

#include "harness/scenario/context.hpp"
#include "harness/scenario/node.hpp"

/// What a request says about its answer.
namespace leakcheck::scenario {

/// `head`: the answer to a HEAD request, which has no body.
model::Expect read_expect(Context& context, const Node& node, bool head);

/// One capture or a list. Their names can be used in everything that is read after.
std::vector<model::Capture> read_captures(Context& context, const Node& node, bool head);

}  // namespace leakcheck::scenario
