#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "harness/model/scenario.hpp"

namespace leakcheck::scenario {

/// One thing that is wrong with a scenario file.
struct Problem {
  std::string file;
  int line = 0;  ///< from 1; 0 when the file as a whole is meant
  int column = 0;
  std::string message;
  std::string hint;  ///< the cure: "did you mean \"arrivalRate\"?"
};

struct ReadOptions {
  std::string profile;  ///< "" for none
  /// Looks an environment variable up for `{{ $env.NAME }}`.
  std::function<std::optional<std::string>(const std::string& name)> env;
};

/// Reads a scenario, with its `extends` and the profile, and checks all of it.
/// Errors: every problem at once, in the order of the files.
tl::expected<model::Scenario, std::vector<Problem>> load_scenario(const std::filesystem::path& path,
                                                                  const ReadOptions& options);

/// "orders.yaml:12:5: unknown key \"urll\"\n    hint: did you mean \"url\"?\n", for each.
std::string render_problems(const std::vector<Problem>& problems);

/// The JSON Schema (draft-07) of a scenario file, for editors: scenarios/schema/v1.json.
std::string_view schema();

}  // namespace leakcheck::scenario
