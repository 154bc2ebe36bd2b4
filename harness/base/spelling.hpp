#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leakcheck {

/// The candidate that `word` most likely meant ("did you mean"), if any is near enough; the first
/// of several that are equally near. Case is no difference.
/// Source: optimal string alignment distance; one edit for every three letters, rounded up from
/// two,
///         and at least one; chosen by us.
std::optional<std::string> find_closest(std::string_view word,
                                        const std::vector<std::string>& candidates);

}  // namespace leakcheck
