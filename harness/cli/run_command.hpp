#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace leakcheck::cli {

struct RunArguments {
  std::vector<std::filesystem::path> scenarios;
  std::string profile;
  std::filesystem::path out;   ///< run folder; empty: one is chosen below .leakcheck/runs
  std::filesystem::path json;  ///< one more report each; empty: none
  std::filesystem::path junit;
  bool quiet = false;          ///< no live progress, and no console report of a clean run
  std::string color = "auto";  ///< auto, always, never
};

/// `leakcheck run`: returns the exit code.
int run_scenarios(const RunArguments& arguments);

/// `leakcheck validate`: returns the exit code.
int validate_scenarios(const std::vector<std::filesystem::path>& scenarios,
                       const std::string& profile);

}  // namespace leakcheck::cli
