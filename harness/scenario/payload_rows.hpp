#pragma once

#include <string>
#include <vector>

#include "harness/scenario/context.hpp"
#include "harness/scenario/node.hpp"

namespace leakcheck::scenario {

/// Fills the payload's rows from the text of a file: JSON when its name ends in .json, else CSV.
/// Without fields, it takes them from the header row, or from the first object.
/// Errors: false, with problems at the lines of the payload file.
bool load_rows(Context& context, const Place& file, const std::string& text,
               model::Payload& payload);

/// More than anybody writes into requests; a file without line breaks has millions.
inline constexpr std::size_t kMostFields = 1000;
void refuse_field_count(Context& context, const Place& place);

/// Whether {{ name }} can be written, and is no built-in one.
bool is_variable_name(const std::string& name);

/// Adds a problem when {{ name }} could not be written, or when it is among `before`.
bool check_field_name(Context& context, const Place& place, const std::string& name,
                      const std::vector<std::string>& before);

}  // namespace leakcheck::scenario
