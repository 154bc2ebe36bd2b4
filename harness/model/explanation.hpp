#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/finding.hpp"

namespace leakcheck::model {

/// A heap snapshot that the run took of the service.
struct TakenSnapshot {
  std::string file;  ///< as a report shows it; "" when it was not kept
  int pid = 0;
  int thread = 0;      ///< worker_threads' threadId; 0: the main thread
  double at_ms = 0;    ///< when it began, since the launch
  double took_ms = 0;  ///< so long the service stood still
  std::int64_t bytes = 0;
};

/// Why memory grows, as far as snapshots tell: taken after the verdict, which never rests on them.
struct Explanation {
  std::vector<TakenSnapshot> snapshots;
  std::int64_t requests = 0;  ///< sent between the first and the last
  double took_ms = 0;         ///< snapshots, the requests between them, and the analysis
  /// Bytes per request that all findings together retain more, in the last of the snapshots.
  std::optional<double> bytes_per_request;
  /// The same as a share of what the verdict measured: of what it judged to leak.
  std::optional<double> share;
  std::vector<Finding> findings;   ///< the strongest first
  std::string problem;             ///< why there are no findings; "" when there are
  std::vector<std::string> notes;  ///< sentences: what disagrees, what was left out
};

}  // namespace leakcheck::model
