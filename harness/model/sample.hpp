#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/memory.hpp"

namespace leakcheck::model {

enum class Phase {
  launch,
  warmup,
  measure,  ///< fresh requests
  confirm,  ///< fresh requests under suspicion
  replay,   ///< the same requests again and again: growth that stops is per key, not per request
  explore,  ///< fresh requests until growth per key stops, or has had enough keys
  routes,   ///< one route alone
  settle,   ///< after the service's clock was moved on: what a time to live gives back
  explain,  ///< between the heap snapshots, after the verdict
  stop,
};
std::string_view to_string(Phase phase);  ///< "warmup"

/// What the agent sees at one moment, a few times a second; sums over the measured processes.
/// Counters count from the start of the process.
struct Sample {
  double at_ms = 0;  ///< since the launch
  Phase phase = Phase::launch;
  Memory memory;
  std::int64_t requests_seen = 0;      ///< by http.Server and https.Server in the service
  std::int64_t gc_count = 0;           ///< collections of any kind, forced ones not counted
  std::int64_t gc_major_count = 0;     ///< mark-compacts of it
  double gc_total_ms = 0;              ///< pauses, summed
  double gc_max_ms = 0;                ///< longest pause so far
  double event_loop_delay_p50_ms = 0;  ///< since the previous sample
  double event_loop_delay_p99_ms = 0;
  double event_loop_delay_max_ms = 0;
  std::int64_t active_handles = 0;  ///< process.getActiveResourcesInfo().length
};

/// One of several processes or threads that were collected together.
struct Reading {
  int pid = 0;
  int thread = 0;                      ///< worker_threads' threadId; 0: the main thread
  Memory post_gc;                      ///< of a worker thread, rss is 0: it is the process's
  std::optional<NativeMemory> native;  ///< of the process

  friend bool operator==(const Reading&, const Reading&) = default;
};

/// One cycle: an exact number of requests, all answered, then a forced collection and a reading.
struct Cycle {
  int index = 0;                         ///< from 0, counts warm-up too
  Phase phase = Phase::measure;          ///< any between launch and stop
  std::int64_t requests = 0;             ///< sent in this cycle
  std::int64_t requests_total = 0;       ///< sent since the launch, this cycle included
  std::int64_t failed = 0;               ///< of this cycle's requests
  Memory post_gc;                        ///< read after the collect sequence
  double load_ms = 0;                    ///< first request to last answer
  double collect_ms = 0;                 ///< the collect sequence, in the service
  double at_ms = 0;                      ///< when it was read, since the launch
  int processes = 1;                     ///< how many were collected and summed
  std::optional<NativeMemory> native{};  ///< summed; none unless counted in all of them
  std::vector<Reading> readings{};       ///< one by one
  int times = 1;                         ///< as many cycles in one
  std::string route{};                   ///< Phase::routes: the step that ran alone
  double ahead_ms = 0;         ///< Phase::settle: how far the service's clock was moved on
  std::optional<Bytes> pss{};  ///< of all processes, from the kernel; never judged
};

/// A warning that the service's process emitted, such as MaxListenersExceededWarning.
struct ProcessWarning {
  double at_ms = 0;
  std::string name;     ///< "MaxListenersExceededWarning"
  std::string message;  ///< cut to 1,000 characters
};

}  // namespace leakcheck::model
