#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/scenario/captures.hpp"
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
  /// False when a file that this one extends could not be read: what is missing may be there.
  bool whole = true;
  /// Names for `{{ field }}`; none while they are not known.
  std::optional<std::vector<std::string>> payload_fields = std::vector<std::string>{};
  Captures captures{};
  /// Of the flows' requests, once they are read; none when one of them is not known.
  std::optional<std::vector<std::string>> step_names = std::vector<std::string>{};
  /// Of a request that has none of its own.
  model::Milliseconds request_timeout = model::LoadSpec{}.request_timeout;

  /// Whether a key that is not there is missing for sure.
  bool knows_all_keys() const { return chosen && whole; }
};

}  // namespace leakcheck::scenario
