#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/scenario/fields.hpp"

namespace leakcheck::scenario {

/// What a value must be: a value that it equals, or a map with one of equals, matches and exists.
/// `where` names it in messages: "$.id in expect.json".
std::optional<model::Matcher> read_matcher(Context& context, const Node& node,
                                           const std::string& where);

/// The same three keys in a map that has others too; `fields` knows them.
std::optional<model::Matcher> read_matcher_of(Context& context, const Fields& fields);

inline const std::vector<std::string> kMatcherKeys = {"equals", "matches", "exists"};

}  // namespace leakcheck::scenario
