#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace leakcheck::cli {

struct LoadArguments {
  std::filesystem::path scenario;
  std::string profile;
  std::string url;       ///< of a service that runs already; "": the target is launched
  std::string duration;  ///< "30s"; "": 10 s, or the scenario's phases
  std::optional<std::int64_t> requests;
  std::optional<int> vus;
  std::optional<double> arrival_rate;
  bool full_path = false;
  std::filesystem::path out;   ///< run folder; empty: one is chosen below .leakcheck/runs
  std::filesystem::path json;  ///< empty: none
  bool quiet = false;          ///< no live line, and no table of a load that passed
  std::string color = "auto";  ///< auto, always, never
};

/// `leakcheck load`: returns the exit code.
int load_scenario(const LoadArguments& arguments);

}  // namespace leakcheck::cli
