#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/verdict/judge.hpp"

/// Cycles of real services, as tests/fixtures/series/README.md describes them.
namespace leakcheck::tests {

struct RecordedRun {
  std::string name;
  std::map<std::string, std::string> words;  ///< of its header: truth, expected, budget …
  std::vector<model::Cycle> cycles;          ///< warm-up and routes included

  bool is_healthy() const { return words.at("truth") == "healthy"; }
  /// Whether the answer is one of those that are right.
  bool expects(model::Answer answer) const;
  verdict::Settings settings() const;
};

/// Every run of every file in the folder. Throws std::runtime_error for what is not as described.
std::vector<RecordedRun> load_recorded_runs(const std::filesystem::path& folder);

/// What the rules say of a recording, asked as a run asks them. A recording can be followed as far
/// as they want what was done then.
struct Replayed {
  verdict::Decision decision;  ///< the last one
  bool followed = true;        ///< to its end, or until the rules were done
};
Replayed replay(const RecordedRun& run);

}  // namespace leakcheck::tests
