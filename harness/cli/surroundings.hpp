#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/finding.hpp"
#include "harness/model/scenario.hpp"

/// What the commands share: the environment, the terminal, the scenario files.
namespace leakcheck::cli {

/// `choice` is auto, always or never. Source: https://no-color.org.
bool wants_color(const std::string& choice, int fd);

int terminal_width(int fd);  ///< 80 where there is none

/// Every scenario, or nothing when one of them has a problem: all problems are printed.
std::optional<std::vector<model::Scenario>> load_all(
    const std::vector<std::filesystem::path>& paths, const std::string& profile);

/// Where the scenario's file is, as a report should show it: relative when it lies below here, as
/// it was written, also when a link leads there.
std::filesystem::path shown_path(const std::filesystem::path& file);
/// The same for every place in the source that findings name.
void shorten_places(std::vector<model::Finding>& findings);

/// Prints an error as people expect it: "leakcheck: message", and the hint on a line of its own.
void print_error(const std::string& message, const std::string& hint);

}  // namespace leakcheck::cli
