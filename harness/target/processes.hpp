#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What /proc tells of other processes. Everything may have ended by the time it is read.
namespace leakcheck::target {

std::vector<int> list_processes();

int parent_of(int pid);  ///< 0 when it has ended
int group_of(int pid);
bool is_zombie(int pid);
std::string command_of(int pid);  ///< its command line, words split by blanks

/// Whether `NAME=value` stands in its environment, as it was when the process began.
bool has_in_environment(int pid, std::string_view entry);

/// Descendants of `pid`, and processes with `mark` in their environment; without `pid` itself,
/// `except`, and zombies.
std::vector<int> find_strays(int pid, std::string_view mark, int except);

/// Kills the group and every stray until none is left, and reaps those that are our children.
/// Bounded: gives up after two seconds (a process in uninterruptible sleep).
/// Async-signal-unsafe, but needs no event loop: the guardian uses it too.
void kill_all(int group, std::string_view mark, int except);

}  // namespace leakcheck::target
