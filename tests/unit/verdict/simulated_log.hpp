#pragma once

#include <cstdint>

#include "harness/model/memory_series.hpp"

namespace leakcheck::tests {

/// A service as its log sees it. V8's young generation fills, scavenges promote a part of it as
/// garbage, and a full collection comes when the old generation has grown by a factor.
/// Units:  bytes, seconds.
struct SimulatedService {
  double hours = 12;
  double interval_s = 15;
  double live = 60e6;
  double allocation = 8e6;  ///< per second
  double young = 16e6;      ///< that a scavenge comes after
  double promoted = 0.02;   ///< share of it that stays as garbage until a full collection
  double factor = 1.6;      ///< growth of the old generation until a full one; 0: none ever comes
  double warm_up = 20e6;    ///< that it gains in the first minutes
  double swing = 0;         ///< of load over a day, 0 to 1
  double swing_phase = 0;   ///< hours
  double in_flight = 5e6;   ///< live memory that goes with the load
  double noise = 0.005;     ///< of what is live
  double leak_percent = 0;  ///< of what it has settled at, in six hours at average load
  double buffers_percent = 0;  ///< the same, in arrayBuffers
  double cache = 0;            ///< that fills up
  double cache_hours = 1;      ///< to two thirds
  double restart_hours = 0;    ///< from one restart to the next; 0: none
  double gap_hours = 0;        ///< one time without readings, in the middle
  bool counts_requests = false;
};

/// The log of it, as one series with the restarts already cut.
model::MemorySeries simulate_log(const SimulatedService& service, std::uint64_t seed);

}  // namespace leakcheck::tests
