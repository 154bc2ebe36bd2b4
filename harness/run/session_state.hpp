#pragma once

#include <cstdint>
#include <string>

#include "harness/base/bytes.hpp"
#include "harness/model/sample.hpp"

namespace leakcheck::run {

/// Requests, as the load and the service count them.
struct RequestCounts {
  std::int64_t seen_before_load = 0;  ///< by the service
  std::int64_t seen = 0;              ///< the same, by the end of the last whole cycle
  std::int64_t upgrades = 0;          ///< of those sent by then, which no http.Server sees
  std::int64_t sent_aside = 0;        ///< by other engines than the run's own
  std::int64_t upgrades_aside = 0;
};

/// What moving the service's clock on has come to.
struct ClockState {
  bool may_move = true;
  bool has_begun = false;
  bool idles = false;          ///< it cannot be moved
  bool measured_anew = false;  ///< once, as others served than before
  double moved_on_ms = 0;
};

/// What a cycle is for.
struct Order {
  model::Phase phase = model::Phase::measure;
  int times = 1;
  bool replay = false;  ///< of the latest fresh cycle
  std::string route{};  ///< the one that runs alone
  double ahead_ms = 0;  ///< how far the service's clock was moved on
};

/// Whose heap is looked into.
struct Subject {
  int pid = 0;
  int thread = 0;
  Bytes heap;
};

}  // namespace leakcheck::run
