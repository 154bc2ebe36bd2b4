#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/context.hpp"
#include "harness/scenario/node.hpp"

namespace leakcheck::scenario {

/// A path below the target's url, or a whole URL of one of the schemes ("http://").
/// Errors: an empty Template.
/// `label` names it in messages: "the url of a request".
Template read_step_url(Context& context, const Node& node, const std::string& label,
                       const std::vector<std::string>& schemes);

/// "GET /orders/{{ userId }}": as written, without origin and query.
std::string name_of_step(std::string_view verb, std::string_view url);

}  // namespace leakcheck::scenario
