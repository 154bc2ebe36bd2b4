#include "harness/target/processes.hpp"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>

#include "harness/base/file.hpp"

namespace leakcheck::target {
namespace {

constexpr int kRounds = 400;
constexpr long kPauseNs = 5'000'000;

/// Empty for a process that is gone; it may go between opening and reading, too.
std::string read_proc(int pid, const char* name) {
  return load_file("/proc/" + std::to_string(pid) + "/" + name).value_or("");
}

/// Field `index` of /proc/PID/stat, counted behind the name: 0 state, 1 parent, 2 group.
std::string stat_field(int pid, int index) {
  const std::string stat = read_proc(pid, "stat");
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return "";
  std::size_t begin = name_end + 2;
  for (; index > 0 && begin != std::string::npos + 1; --index) begin = stat.find(' ', begin) + 1;
  return stat.substr(begin, stat.find(' ', begin) - begin);
}

/// `pid` and its descendants among `all`, dead or alive, without `except`.
std::set<int> find_family(int pid, const std::vector<int>& all, int except) {
  std::set<int> family = {pid};
  // Children may have lower numbers than their parents: look until nothing is added.
  for (std::size_t before = 0; before != family.size();) {
    before = family.size();
    for (const int one : all)
      if (family.count(parent_of(one)) > 0 && one != except) family.insert(one);
  }
  return family;
}

/// Whether nothing descends from us but `except` and `leader`, dead or alive. A killed process is a
/// zombie that cannot be reaped yet while its other threads are ending.
bool is_alone(int self, int except, int leader) {
  for (const int pid : find_family(self, list_processes(), except))
    if (pid != self && pid != leader) return false;
  return true;
}

void pause_a_round() {
  const timespec pause{0, kPauseNs};
  ::nanosleep(&pause, nullptr);
}

}  // namespace

std::vector<int> list_processes() {
  std::vector<int> out;
  DIR* folder = ::opendir("/proc");
  if (folder == nullptr) return out;
  while (const dirent* entry = ::readdir(folder))
    if (std::isdigit(static_cast<unsigned char>(entry->d_name[0])))
      out.push_back(std::atoi(entry->d_name));
  ::closedir(folder);
  return out;
}

int parent_of(int pid) {
  return std::atoi(stat_field(pid, 1).c_str());
}

int group_of(int pid) {
  return std::atoi(stat_field(pid, 2).c_str());
}

bool is_zombie(int pid) {
  return stat_field(pid, 0) == "Z";
}

std::string command_of(int pid) {
  std::string text = read_proc(pid, "cmdline");
  while (!text.empty() && text.back() == '\0') text.pop_back();
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

bool has_in_environment(int pid, std::string_view entry) {
  if (entry.empty()) return false;
  const std::string text = '\0' + read_proc(pid, "environ");
  return text.find('\0' + std::string(entry) + '\0') != std::string::npos;
}

std::vector<int> find_strays(int pid, std::string_view mark, int except) {
  const std::vector<int> all = list_processes();
  const std::set<int> family = find_family(pid, all, except);
  std::vector<int> out;
  for (const int one : all)
    if (one != pid && one != except && (family.count(one) > 0 || has_in_environment(one, mark)) &&
        !is_zombie(one))
      out.push_back(one);
  return out;
}

bool group_lives(int group) {
  if (group <= 0 || ::kill(-group, 0) != 0) return false;
  for (const int pid : list_processes())
    if (group_of(pid) == group && !is_zombie(pid)) return true;
  return false;
}

void reap_children(const std::vector<int>& except) {
  const int self = ::getpid();
  for (const int pid : list_processes())
    if (std::find(except.begin(), except.end(), pid) == except.end() && parent_of(pid) == self &&
        is_zombie(pid))
      ::waitpid(pid, nullptr, WNOHANG);
}

void kill_all(int group, std::string_view mark, int except) {
  const int self = ::getpid();
  int rounds = kRounds;
  for (; rounds > 0; --rounds) {
    if (group > 0) ::kill(-group, SIGKILL);
    const std::vector<int> strays = find_strays(self, mark, except);
    for (const int stray : strays) ::kill(stray, SIGKILL);
    reap_children({except, group});
    if (strays.empty() && !group_lives(group) && is_alone(self, except, group)) break;
    pause_a_round();
  }
  if (group <= 0) return;
  while (::waitpid(group, nullptr, WNOHANG) == 0 && rounds-- > 0) pause_a_round();
}

}  // namespace leakcheck::target
