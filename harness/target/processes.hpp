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

/// Whether a process of the group is alive: a zombie is not.
bool group_lives(int group);

/// Takes the exits of our children that are dead, orphans that came back to us among them.
void reap_children(const std::vector<int>& except);

/// Kills the group (0: there is none yet) and every stray until none is left, and reaps those that
/// are our children: the group's leader last, for as long as it is a zombie nobody else can be
/// given its number.
/// Bounded: gives up after two seconds (a process in uninterruptible sleep).
/// Needs no event loop: the guardian uses it too.
void kill_all(int group, std::string_view mark, int except);

}  // namespace leakcheck::target
