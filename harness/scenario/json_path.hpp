#pragma once

#include <string_view>

#include "harness/base/result.hpp"
#include "harness/model/request_step.hpp"

namespace leakcheck::scenario {

/// "$.items[0].id", "$['a b']", "$[-1]": at most one place in a document.
/// Errors: ErrorKind::scenario, for wildcards, slices and filters too.
/// Source: RFC 9535, singular-query in section 2.3.5.1.
Result<model::JsonPath> parse_json_path(std::string_view text);

}  // namespace leakcheck::scenario
