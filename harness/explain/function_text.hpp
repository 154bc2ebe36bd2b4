#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/explain/scene.hpp"

namespace leakcheck::explain {

struct Located;

/// The source text of a function that starts at a place, parameters and body; absent when its file
/// can't be read, may not be, or has no function there.
std::optional<std::string> read_function(const Scene& scene, const heap::ScriptPlace& place);

/// The same out of a file's text. Strings, comments and templates are passed over; a regular
/// expression with a lone bracket in it may cost the end, and then there is no answer.
std::optional<std::string> cut_function(std::string_view file, std::uint32_t line,
                                        std::uint32_t column);

/// Where one of the program's own scripts first assigns a property: "app.locals.visits = []", or
/// has it in an object: "visits: []". Scripts that the located object is known from come first.
std::optional<model::SourcePlace> find_assignment(Scene& scene, const Located& located);

/// The variable that a module exports by another name: "frames" of "export { frames as kept }".
std::optional<std::string> find_local_name(const Scene& scene, const std::string& script,
                                           const std::string& exported);

/// Whether a name occurs in the text as a word: also in a comment, for that costs an answer only.
bool mentions(std::string_view text, std::string_view name);

}  // namespace leakcheck::explain
