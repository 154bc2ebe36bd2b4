#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/explain/scene.hpp"

namespace leakcheck::explain {

/// The source text of a function that starts at a place, parameters and body; absent when its file
/// can't be read, may not be, or has no function there.
std::optional<std::string> read_function(const Scene& scene, const heap::ScriptPlace& place);

/// The same out of a file's text. Strings, comments and templates are passed over; a regular
/// expression with a lone bracket in it may cost the end, and then there is no answer.
std::optional<std::string> cut_function(std::string_view file, std::uint32_t line,
                                        std::uint32_t column);

/// Whether a name occurs in the text as a word: also in a comment, for that costs an answer only.
bool mentions(std::string_view text, std::string_view name);

}  // namespace leakcheck::explain
