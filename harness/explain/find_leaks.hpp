#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "harness/heap/comparison.hpp"
#include "harness/heap/snapshot.hpp"
#include "harness/model/finding.hpp"

namespace leakcheck::explain {

struct FindOptions {
  bool read_sources =
      true;  ///< the declaration's line is looked up in the source, maps are followed
  std::filesystem::path
      root;  ///< that relative names of scripts start from; empty: the folder here
  int most = 10;
};

/// What leaks between the first and the last of some snapshots: the rules of the patterns in order,
/// one finding for one object graph, the strongest first.
std::vector<model::Finding> find_leaks(std::span<const heap::Snapshot* const> snapshots,
                                       const heap::Comparison& comparison,
                                       const FindOptions& options = {});

/// What looks like a leak in one snapshot alone: never Confidence::high, for nothing was seen to
/// grow.
std::vector<model::Finding> find_suspects(const heap::Snapshot& snapshot,
                                          const FindOptions& options = {});

}  // namespace leakcheck::explain
