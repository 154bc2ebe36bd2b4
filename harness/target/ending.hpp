#pragma once

#include <string>
#include <string_view>

#include "harness/base/clock.hpp"
#include "harness/target/target.hpp"

namespace leakcheck::target {

/// What is known of a process that has ended by itself.
struct Death {
  int wait_status = 0;  ///< as waitpid has it
  Duration lived{};
  std::string_view stderr_tail;
  bool kernel_killed = false;  ///< the memory cgroup's OOM killer struck meanwhile
};

/// Tells out of memory, crash and early exit apart. npm and shells hide the signal of the process
/// below them, so V8's last words count for more than the status.
Exit classify(const Death& death);

/// "SIGSEGV"; "signal 42" for one without a name.
std::string signal_name(int signal);

/// How often the kernel's OOM killer struck in our memory cgroup; 0 where that cannot be read.
long count_oom_kills();

}  // namespace leakcheck::target
