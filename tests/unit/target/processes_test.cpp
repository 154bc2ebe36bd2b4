#include "harness/target/processes.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

using namespace leakcheck::target;

namespace {

/// A child that has done `setup` and then waits to be ended.
int start_child(const std::function<void()>& setup) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const int pid = ::fork();
  if (pid == 0) {
    setup();
    if (::write(ends[1], "x", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char byte = 0;
  REQUIRE(::read(ends[0], &byte, 1) == 1);
  ::close(ends[0]);
  ::close(ends[1]);
  return pid;
}

void wait_for_zombie(int pid) {
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);
}

bool is_there(int pid) {
  return ::kill(pid, 0) == 0;
}

}  // namespace

TEST_SUITE("Processes") {
  TEST_CASE("a name with blanks and brackets does not shift the fields behind it") {
    const int pid = start_child([] { ::prctl(PR_SET_NAME, "a) Z 1 (b c"); });
    CHECK(parent_of(pid) == ::getpid());
    CHECK(group_of(pid) == ::getpgrp());
    CHECK_FALSE(is_zombie(pid));
    ::kill(pid, SIGKILL);
    wait_for_zombie(pid);
    CHECK(is_zombie(pid));
    ::waitpid(pid, nullptr, 0);
    CHECK(parent_of(pid) == 0);
    CHECK(group_of(pid) == 0);
    CHECK_FALSE(is_zombie(pid));
    CHECK(command_of(pid).empty());
  }

  TEST_CASE("a process that ends while it is read is no error") {
    // Between opening and reading a file of /proc the process may go: the read then fails.
    constexpr int kProcesses = 3000;
    std::atomic<int> last = 0;
    std::atomic<bool> done = false;
    std::thread spawner([&] {
      for (int i = 0; i < kProcesses; ++i) {
        const pid_t pid = ::fork();
        if (pid == 0) ::_exit(0);
        last = pid;
        ::waitpid(pid, nullptr, 0);
      }
      done = true;
    });
    int seen = 0;
    while (!done) {
      const int pid = last;
      if (pid > 0 && parent_of(pid) == ::getpid()) ++seen;
      CHECK_NOTHROW(command_of(pid));
      CHECK_NOTHROW(has_in_environment(pid, "X=1"));
    }
    spawner.join();
    CHECK(seen > 0);
  }

  TEST_CASE("strays are found by descent, but not the one that is excepted, nor zombies") {
    const int one = start_child([] { ::setsid(); });
    const int other = start_child([] {});
    const auto strays = find_strays(::getpid(), "", other);
    CHECK(strays == std::vector<int>{one});
    ::kill(one, SIGKILL);
    wait_for_zombie(one);
    CHECK(find_strays(::getpid(), "", other).empty());
    ::kill(other, SIGKILL);
    wait_for_zombie(other);
    reap_children({other});
    CHECK_FALSE(is_there(one));
    CHECK(is_there(other));
    reap_children({});
    CHECK_FALSE(is_there(other));
  }

  TEST_CASE("a group of zombies does not live, and none is no group") {
    const int pid = start_child([] { ::setpgid(0, 0); });
    CHECK(group_lives(pid));
    ::kill(pid, SIGKILL);
    wait_for_zombie(pid);
    CHECK(::kill(-pid, 0) == 0);
    CHECK_FALSE(group_lives(pid));
    ::waitpid(pid, nullptr, 0);
    CHECK_FALSE(group_lives(pid));
    CHECK_FALSE(group_lives(0));
  }

  TEST_CASE("everything of the group is killed and reaped, its dead leader too") {
    const int leader = start_child([] { ::setpgid(0, 0); });
    const int member = start_child([&] { ::setpgid(0, leader); });
    const int outsider = start_child([] { ::setsid(); });
    const int spared = start_child([] {});
    ::kill(leader, SIGKILL);
    wait_for_zombie(leader);
    kill_all(leader, "", spared);
    CHECK_FALSE(is_there(leader));
    CHECK_FALSE(is_there(member));
    CHECK_FALSE(is_there(outsider));
    CHECK(is_there(spared));
    CHECK_FALSE(is_zombie(spared));
    kill_all(0, "", 0);  // without a group: not our own
    CHECK_FALSE(is_there(spared));
  }
}
