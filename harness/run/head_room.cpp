#include "harness/run/head_room.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

namespace leakcheck::run {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
/// cgroup v1 says "no limit" with a number this large or larger: 2^63 cut to whole pages.
constexpr std::int64_t kNoLimitInV1 = std::int64_t{1} << 62;

std::optional<std::int64_t> read_number(const fs::path& file) {
  std::ifstream in(file);
  std::int64_t number = 0;
  if (!(in >> number)) return std::nullopt;  // "max"
  return number;
}

/// The number after a key at the start of a line: "MemAvailable:  123 kB", "inactive_file 4096".
std::optional<std::int64_t> read_entry(const fs::path& file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    std::int64_t number = 0;
    if (words >> name >> number && name == key) return number;
  }
  return std::nullopt;
}

struct CgroupFiles {
  const char* limit;
  const char* used;
  const char* droppable;  ///< in memory.stat
};
constexpr CgroupFiles kV2{"memory.max", "memory.current", "inactive_file"};
constexpr CgroupFiles kV1{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"};

std::int64_t left_in(const fs::path& group, const CgroupFiles& files) {
  const auto limit = read_number(group / files.limit);
  const auto used = read_number(group / files.used);
  if (!limit || *limit >= kNoLimitInV1 || !used) return kNoLimit;
  const auto droppable = read_entry(group / "memory.stat", files.droppable).value_or(0);
  return std::max<std::int64_t>(0, *limit - *used + std::min(droppable, *used));
}

/// Up to the root: each group's limit holds for all in it.
std::int64_t left_in_all(const fs::path& mount, const fs::path& group, const CgroupFiles& files) {
  std::int64_t left = left_in(mount, files);
  fs::path folder = mount;
  for (const fs::path& part : group.relative_path())
    left = std::min(left, left_in(folder /= part, files));
  return left;
}

}  // namespace

HeadRoom find_head_room(int pid, const fs::path& root) {
  std::int64_t in_groups = kNoLimit;
  std::ifstream groups(root / fmt::format("proc/{}/cgroup", pid));
  for (std::string line; std::getline(groups, line);) {
    // "0::/system.slice/app" of v2; "9:memory:/app" of v1.
    const auto first = line.find(':');
    const auto second = line.find(':', first == std::string::npos ? first : first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty())
      in_groups = std::min(in_groups, left_in_all(root / "sys/fs/cgroup", group, kV2));
    else if (("," + controllers + ",").find(",memory,") != std::string::npos)
      in_groups = std::min(in_groups, left_in_all(root / "sys/fs/cgroup/memory", group, kV1));
  }
  const auto available = read_entry(root / "proc/meminfo", "MemAvailable:");
  const std::int64_t on_machine = available ? *available * 1024 : kNoLimit;
  if (in_groups < on_machine) return {Bytes{in_groups}, "the memory limit of its container"};
  return {Bytes{on_machine}, "the machine's memory"};
}

}  // namespace leakcheck::run
