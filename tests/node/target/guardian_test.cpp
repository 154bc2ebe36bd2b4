#include "harness/target/guardian.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "harness/target/processes.hpp"

using namespace leakcheck;
using namespace leakcheck::target;

namespace {

/// Polls, for there is nothing to wait on: the processes are not our children any more.
template <typename Condition>
bool comes_true(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

bool is_gone(int pid) {
  return ::kill(pid, 0) != 0 || is_zombie(pid);
}

/// A process in a group of its own that waits to be ended.
int start_idle_group() {
  const int pid = ::fork();
  if (pid == 0) {
    ::setpgid(0, 0);
    for (;;) ::pause();
  }
  ::setpgid(pid, pid);
  return pid;
}

}  // namespace

TEST_SUITE("Guardian") {
  TEST_CASE("when its owner is killed it ends the group, and itself") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const int owner = ::fork();
    if (owner == 0) {
      const int group = start_idle_group();  // first: a fork without exec would hold our end open
      auto guardian = Guardian::post("LEAKCHECK_SOCKET=/nowhere/guardian-test");
      guardian->watch(group);
      const int pids[2] = {guardian->pid(), group};
      if (::write(ends[1], pids, sizeof pids) != sizeof pids) ::_exit(1);
      for (;;) ::pause();
    }
    int pids[2] = {0, 0};
    REQUIRE(::read(ends[0], pids, sizeof pids) == sizeof pids);
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK_FALSE(is_gone(pids[0]));
    CHECK_FALSE(is_gone(pids[1]));
    ::kill(owner, SIGKILL);
    ::waitpid(owner, nullptr, 0);
    CHECK(comes_true([&] { return is_gone(pids[1]); }));
    CHECK(comes_true([&] { return is_gone(pids[0]); }));
  }

  TEST_CASE("let go, it ends at once and leaves the group alone") {
    const int group = start_idle_group();
    int pid = 0;
    {
      auto guardian = Guardian::post("LEAKCHECK_SOCKET=/nowhere/guardian-test");
      REQUIRE(guardian);
      guardian->watch(group);
      pid = guardian->pid();
    }
    CHECK(is_gone(pid));
    CHECK_FALSE(is_gone(group));
    ::kill(group, SIGKILL);
    ::waitpid(group, nullptr, 0);
  }
}
