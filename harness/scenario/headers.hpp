#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/context.hpp"
#include "harness/scenario/node.hpp"

namespace leakcheck::scenario {

/// Names are tokens of RFC 9110; none twice, none that the load engine sets itself.
std::vector<model::Header> read_headers(Context& context, const Node& node);

/// A token. Source: RFC 9110, section 5.6.2.
bool is_header_name(std::string_view name);

std::string to_lower(std::string_view text);

bool has_header(const std::vector<model::Header>& headers, std::string_view name);

}  // namespace leakcheck::scenario
