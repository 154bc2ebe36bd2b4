#pragma once

#include <filesystem>
#include <string>

#include "harness/base/bytes.hpp"

namespace leakcheck::run {

/// Memory that a process may still take.
struct HeadRoom {
  Bytes bytes;
  std::string limit;  ///< what sets it: "the machine's memory", "the memory limit of its container"
};

/// The least of what the machine has (MemAvailable) and what each memory cgroup of the process,
/// v1 or v2, leaves it: its limit less what is used, without file pages that the kernel can drop.
/// What cannot be read sets no limit. `root`: "/", or where a test has its proc and sys.
HeadRoom find_head_room(int pid, const std::filesystem::path& root = "/");

}  // namespace leakcheck::run
