#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leakcheck {

/// The candidate that `word` most likely meant ("did you mean"), if any is near enough.
/// Source: optimal string alignment distance, at most a third of the word's length, chosen by us.
std::optional<std::string> find_closest(std::string_view word,
                                        const std::vector<std::string>& candidates);

}  // namespace leakcheck
