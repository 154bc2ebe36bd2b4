#include "harness/run/head_room.hpp"

#include <doctest/doctest.h>

#include "tests/unit/heap/scratch.hpp"

using namespace leakcheck;

namespace {

constexpr std::int64_t kMiB = 1 << 20;

/// A machine with 1,000 MiB available, and one process.
struct Machine {
  heap::Scratch folder;

  explicit Machine(const std::string& groups) {
    write("proc/meminfo", "MemTotal:  8000000 kB\nMemFree:  1 kB\nMemAvailable:  1024000 kB\n");
    write("proc/7/cgroup", groups);
  }
  void write(const std::string& name, const std::string& text) const { folder.file(name, text); }
  run::HeadRoom look() const { return run::find_head_room(7, folder.path("")); }
};

}  // namespace

TEST_SUITE("Head room") {
  TEST_CASE("without a limit it is what the machine has") {
    const Machine machine("0::/system.slice/app\n");
    machine.write("sys/fs/cgroup/system.slice/app/memory.max", "max\n");
    machine.write("sys/fs/cgroup/system.slice/app/memory.current", "5000\n");
    CHECK(machine.look().bytes.count == 1000 * kMiB);
    CHECK(machine.look().limit == "the machine's memory");
  }

  TEST_CASE("cgroup v2: the tightest group on the way up, without file pages that can go") {
    const Machine machine("0::/kube/pod\n");
    machine.write("sys/fs/cgroup/kube/pod/memory.max", std::to_string(400 * kMiB));
    machine.write("sys/fs/cgroup/kube/pod/memory.current", std::to_string(300 * kMiB));
    machine.write("sys/fs/cgroup/kube/pod/memory.stat",
                  "anon 1\ninactive_file " + std::to_string(50 * kMiB) + "\n");
    CHECK(machine.look().bytes.count == 150 * kMiB);
    CHECK(machine.look().limit == "the memory limit of its container");
    machine.write("sys/fs/cgroup/kube/memory.max", std::to_string(1000 * kMiB));
    machine.write("sys/fs/cgroup/kube/memory.current", std::to_string(980 * kMiB));
    CHECK(machine.look().bytes.count == 20 * kMiB);
    machine.write("sys/fs/cgroup/kube/memory.current", std::to_string(1100 * kMiB));
    CHECK(machine.look().bytes.count == 0);
  }

  TEST_CASE("in a container the group is the root of what can be seen") {
    const Machine machine("0::/\n");
    machine.write("sys/fs/cgroup/memory.max", std::to_string(64 * kMiB));
    machine.write("sys/fs/cgroup/memory.current", std::to_string(60 * kMiB));
    CHECK(machine.look().bytes.count == 4 * kMiB);
  }

  TEST_CASE("cgroup v1: its own files, and a limit of no limit") {
    const Machine machine("12:cpu,cpuacct:/x\n9:memory:/docker/1\n");
    machine.write("sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "9223372036854771712");
    machine.write("sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes", "4096");
    CHECK(machine.look().bytes.count == 1000 * kMiB);
    machine.write("sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", std::to_string(10 * kMiB));
    CHECK(machine.look().bytes.count == 10 * kMiB - 4096);
  }

  TEST_CASE("what cannot be read sets no limit") {
    const Machine machine("damaged\n:::\n0::/../../..\n");
    CHECK(machine.look().bytes.count == 1000 * kMiB);
    const heap::Scratch empty;
    CHECK(run::find_head_room(7, empty.path("")).bytes.count > (std::int64_t{1} << 60));
    CHECK(run::find_head_room(1, "/").bytes.count > 0);
  }
}
