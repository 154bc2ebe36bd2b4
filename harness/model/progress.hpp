#pragma once

#include <optional>
#include <string>

#include "harness/model/sample.hpp"

namespace leakcheck::model {

/// Where a run stands; shown live.
struct Progress {
  Phase phase = Phase::launch;
  double at_ms = 0;  ///< since the launch
  int cycle = 0;     ///< cycles completed
  int max_cycles = 0;
  std::int64_t requests = 0;  ///< sent so far
  double requests_per_second = 0;
  std::optional<Bytes> heap_used;           ///< post-GC, of the last cycle
  std::optional<double> bytes_per_request;  ///< running estimate, once there is one
  std::string note;  ///< a sentence when something is worth one; printed on its own
};

}  // namespace leakcheck::model
