#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/model/outcome.hpp"
#include "harness/model/scenario.hpp"

namespace leakcheck::target {

/// Why a target is of no use: what happened to it, in a sentence, and the cure.
struct Failure {
  model::TargetEnd end = model::TargetEnd::early_exit;
  Error error;
};

/// How the target's first process ended.
struct Exit {
  model::TargetEnd end = model::TargetEnd::early_exit;
  std::optional<int> code;
  std::optional<int> signal;
  std::string message;  ///< "the service ended with exit code 3 after 1.2 s"
  std::string hint;
};

struct LaunchOptions {
  std::filesystem::path run_folder;    ///< for stdout.log and stderr.log
  std::filesystem::path agent_script;  ///< goes into NODE_OPTIONS as --require; empty: no agent
  /// For the agent. Every process with one of these in its environment is ours to end.
  std::vector<std::pair<std::string, std::string>> agent_env;
};

/// The service under test: its process group, its logs, its end. Destroying it kills and reaps the
/// whole group and every descendant, also those that left the group.
/// One at a time: orphans come back to this process and are ended with it.
/// Thread: the loop's.
class Target {
 public:
  /// Picks the port, refuses one that somebody else listens on, starts the command.
  static tl::expected<std::unique_ptr<Target>, Failure> launch(const model::TargetSpec& spec,
                                                               const LaunchOptions& options,
                                                               EventLoop& loop);
  virtual ~Target() = default;

  /// Calls back once: ready, or why not (dead, time out, somebody else's port).
  /// A Node.js that refuses --expose-gc in NODE_OPTIONS (18) is started again without it.
  using ReadyCallback = std::function<void(tl::expected<void, Failure>)>;
  virtual void when_ready(ReadyCallback callback) = 0;

  virtual int pid() const = 0;                           ///< of the first process
  virtual int port() const = 0;                          ///< of `url`
  virtual const std::string& url() const = 0;            ///< rendered, without a trailing slash
  virtual std::vector<std::string> command() const = 0;  ///< rendered
  /// Processes that hold a listening socket on the target's port, from /proc.
  virtual std::vector<int> find_listeners() const = 0;

  /// Set as soon as the first process has ended by itself.
  virtual const std::optional<Exit>& exit() const = 0;

  /// Sends stop.signal, waits stop.timeout, kills the group and all strays, reaps. Runs the loop.
  /// `give_up` ends the wait early (a second Ctrl-C).
  virtual Exit stop(const std::function<bool()>& give_up) = 0;

  virtual std::filesystem::path stdout_log() const = 0;
  virtual std::filesystem::path stderr_log() const = 0;
  /// The last lines of stderr, or of stdout when stderr is empty; plain text.
  virtual std::vector<std::string> log_tail(std::size_t lines) const = 0;
};

}  // namespace leakcheck::target
