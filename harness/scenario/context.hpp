#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/scenario/problems.hpp"
#include "harness/scenario/reader.hpp"

namespace leakcheck::scenario {

/// What all sections of a scenario need while they are read.
struct Context {
  Problems& problems;
  const ReadOptions& options;
  /// False while a profile is read that was not asked for: its words and values are checked, but
  /// not what depends on this machine (environment, files) or on other profiles (what is required).
  bool chosen = true;
  /// Names for `{{ field }}`; none while they are not known.
  std::optional<std::vector<std::string>> payload_fields = std::vector<std::string>{};
};

}  // namespace leakcheck::scenario
