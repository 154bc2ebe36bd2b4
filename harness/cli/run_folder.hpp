#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace leakcheck::cli {

/// UTC, ISO 8601, to the second: "2026-11-23T20:08:24Z".
std::string format_utc(std::chrono::system_clock::time_point time);

/// A folder name for a run that no other run has: ".leakcheck/runs/orders-api-20261123-200824".
/// Characters of the name that a path should not hold become "-".
std::filesystem::path choose_run_folder(const std::filesystem::path& base, const std::string& name,
                                        std::chrono::system_clock::time_point started);

/// Makes git pass over the run folders, by a .gitignore of their own beside them.
void hide_from_git(const std::filesystem::path& runs);

}  // namespace leakcheck::cli
