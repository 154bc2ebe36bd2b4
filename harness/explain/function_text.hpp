#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/explain/scene.hpp"

namespace leakcheck::explain {

struct Located;

/// Where one of the program's own scripts first assigns a property: "app.locals.visits = []", or
/// has it in an object: "visits: []". Scripts that the located object is known from come first.
std::optional<model::SourcePlace> find_assignment(Scene& scene, const Located& located);

/// The variable that a module exports by another name: "frames" of "export { frames as kept }".
std::optional<std::string> find_local_name(Scene& scene, const std::string& script,
                                           const std::string& exported);

/// Whether a name occurs in the text as a word: also in a comment, for that costs an answer only.
bool mentions(std::string_view text, std::string_view name);

}  // namespace leakcheck::explain
