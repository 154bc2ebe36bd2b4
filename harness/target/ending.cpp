#include "harness/target/ending.hpp"

#include <fmt/format.h>
#include <string.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

namespace leakcheck::target {
namespace {

constexpr const char* kHeapFull = "JavaScript heap out of memory";
constexpr int kShellsSigkill = 128 + SIGKILL;  // what a shell exits with when its child was killed
constexpr const char* kSeeLog = "its last words are in stderr.log in the run folder";

}  // namespace

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? fmt::format("signal {}", signal) : std::string("SIG") + name;
}

long count_oom_kills() {
  // cgroup v2: the line "0::/path" of /proc/self/cgroup.
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.rfind("0::", 0) != 0) continue;
    std::ifstream events("/sys/fs/cgroup" + line.substr(3) + "/memory.events");
    std::string name;
    long count = 0;
    while (events >> name >> count)
      if (name == "oom_kill") return count;
  }
  return 0;
}

Exit classify(const Death& death) {
  Exit out;
  const double seconds = to_ms(death.lived) / 1000;
  if (WIFSIGNALED(death.wait_status)) {
    out.signal = WTERMSIG(death.wait_status);
    out.end = model::TargetEnd::crashed;
    out.message = fmt::format("the service was ended by {} after {:.1f} s",
                              signal_name(*out.signal), seconds);
    out.hint = kSeeLog;
  } else {
    out.code = WEXITSTATUS(death.wait_status);
    out.end = model::TargetEnd::early_exit;
    out.message =
        fmt::format("the service ended with exit code {} after {:.1f} s", *out.code, seconds);
    out.hint = *out.code == 0
                   ? "target.command must stay in the foreground; " + std::string(kSeeLog)
                   : std::string(kSeeLog);
  }
  if (death.stderr_tail.find(kHeapFull) != std::string_view::npos) {
    out.end = model::TargetEnd::out_of_memory;
    out.message = fmt::format("the service ran out of JavaScript heap after {:.1f} s", seconds);
    out.hint = "if it needs that much without leaking, raise target.node.maxOldSpaceSize";
  } else if (death.kernel_killed && (out.signal == SIGKILL || out.code == kShellsSigkill)) {
    out.end = model::TargetEnd::out_of_memory;
    out.message = fmt::format(
        "the kernel ended the service after {:.1f} s: the container ran out of memory", seconds);
    out.hint = "give the container more memory, or lower target.node.maxOldSpaceSize";
  }
  return out;
}

}  // namespace leakcheck::target
