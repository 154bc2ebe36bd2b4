#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/unique_fd.hpp"
#include "harness/target/target.hpp"

namespace leakcheck::target {

struct Command {
  std::vector<std::string> argv;         ///< at least one word
  std::filesystem::path cwd;             ///< absolute
  std::vector<std::string> environment;  ///< "NAME=value"
};

/// A started process: leader of its own group, and its outputs.
struct Child {
  int pid = 0;
  UniqueFd pidfd;
  UniqueFd stdout_pipe;  ///< our ends, non-blocking
  UniqueFd stderr_pipe;
};

/// The value of a variable in an environment; "" when it is not there.
std::string find_variable(const std::vector<std::string>& environment, const std::string& name);

/// LD_PRELOAD with ours behind what the environment has there.
std::string preload_behind(const std::vector<std::string>& environment, const std::string& ours);

/// Starts a command: a process group of its own, standard input from /dev/null, a clean signal
/// mask, SIGKILL when we die. Orphans of it come back to us (PR_SET_CHILD_SUBREAPER).
/// Errors: TargetEnd::not_started when it cannot be found or executed, with the cure.
tl::expected<Child, Failure> start(const Command& command);

}  // namespace leakcheck::target
