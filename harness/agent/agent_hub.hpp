#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/base/result.hpp"
#include "harness/model/sample.hpp"
#include "harness/model/scenario.hpp"

namespace leakcheck::agent {

/// The agent's first line: who it is.
struct Hello {
  int protocol = 0;
  std::string agent_version;
  int pid = 0;
  int thread = 0;  ///< worker_threads' threadId; 0: the main thread
  int ppid = 0;
  std::string node_version;  ///< "20.20.2"
  std::string v8_version;
  std::vector<std::string> argv;
  bool can_collect = false;  ///< gc() is there
};

/// One process with our agent in it: what its main thread said.
struct Process {
  Hello hello;
  std::int64_t requests_seen = 0;  ///< by the http servers of all its threads, as of their latest
                                   ///< lines
  bool connected = true;
  std::string problem;  ///< why it cannot be measured: Node.js too old, protocol differs; or ""
};

/// A reading after the collect sequence; the sum over the subjects and their worker threads.
struct Collected {
  model::Memory memory;                    ///< rss: of the processes
  double collect_ms = 0;                   ///< the longest of them
  std::int64_t requests_seen = 0;          ///< since the processes started
  int processes = 0;                       ///< and threads
  std::vector<model::Reading> readings{};  ///< one by one, by pid and thread
  int left_out = 0;                        ///< worker threads that are blocked, or ended meanwhile
};

/// What became of moving a service's clock on.
struct ClockMove {
  int timers = 0;  ///< that were due by then, and have fired
};

/// An inert stand-in for a module that is under suspicion.
struct StandIn {
  std::string module;
  bool loaded = false;    ///< at least one thread of the service asked for the module
  std::int64_t uses = 0;  ///< calls of it and of its parts, as of the last collection
};

/// Our end of the agent's protocol: a private unix socket, JSON lines, many processes.
/// Thread: the loop's.
class AgentHub {
 public:
  struct Callbacks {
    std::function<void(const Process&)> on_hello;
    /// Every 250 ms once there are subjects; at_ms and phase are left to the receiver.
    std::function<void(const model::Sample&)> on_sample;
    std::function<void(const model::ProcessWarning&)> on_warning;
  };

  /// Writes the agent's scripts into `run_folder` and listens on a socket there (0600), or in a
  /// private temporary folder where the path would be too long for a socket. In the service the
  /// modules `stand_ins` ("sharp") are replaced by inert stand-ins.
  static Result<std::unique_ptr<AgentHub>> listen(const std::filesystem::path& run_folder,
                                                  model::Mode mode, EventLoop& loop,
                                                  Callbacks callbacks,
                                                  std::vector<std::string> stand_ins = {});
  virtual ~AgentHub() = default;

  virtual const std::filesystem::path& script() const = 0;
  /// What the target's environment needs: LEAKCHECK_SOCKET, unique to this run, and more.
  virtual std::vector<std::pair<std::string, std::string>> environment() const = 0;

  virtual std::vector<Process> processes() const = 0;
  /// Of the modules that listen() was to replace, in its order.
  virtual std::vector<StandIn> stand_ins() const = 0;
  /// Sentences on what the agents could not do, so far: threads that were not measured, modules
  /// that could not be replaced or were never loaded.
  virtual std::vector<std::string> problems() const = 0;

  /// The processes to be measured, by pid; those without an agent are passed over.
  virtual void set_subjects(const std::vector<int>& pids) = 0;

  /// Stops the JIT from compiling more (Mode::freeze), in every subject.
  virtual void freeze(std::function<void(Result<void>)> done) = 0;
  /// setImmediate, gc(), setImmediate twice, gc(), read: in every subject at once, and in those of
  /// its worker threads that had said hello. A thread that does not begin within 250 ms of the last
  /// process's answer is left out, and not asked again before it has said something. Asking again
  /// before the answer forgets the first question, and never calls its `done`.
  /// Errors: ErrorKind::target when a subject disconnects, or does not answer within `timeout`.
  virtual void collect(Duration timeout, std::function<void(Result<Collected>)> done) = 0;
  /// Moves Date.now(), performance.now() and process.hrtime() of every subject's main thread on by
  /// `ahead` (whole milliseconds), and fires the timers that are due by then, in their order. For
  /// the end of a run: what times out in a service may not be to be had again.
  /// Errors: ErrorKind::target when that is not possible there.
  virtual void move_clock(Duration ahead, Duration timeout,
                          std::function<void(Result<ClockMove>)> done) = 0;
  /// Has one thread of a process (0: the main one) write a heap snapshot into `file`; everything in
  /// it stands still meanwhile. Objects keep their ids from one snapshot to the next.
  /// Errors: ErrorKind::target when there is no such thread, it ends, does not answer within
  ///         `timeout`, or cannot write the file.
  virtual void take_snapshot(int pid, int thread, const std::filesystem::path& file,
                             Duration timeout,
                             std::function<void(Result<std::chrono::milliseconds>)> done) = 0;
};

}  // namespace leakcheck::agent
