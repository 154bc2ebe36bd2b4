// The counter against a program that knows the truth.
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "tests/node/native/counted_process.hpp"

namespace leakcheck::test {
namespace {

namespace fs = std::filesystem;

const std::string kProgram = LEAKCHECK_PROGRAMS "/native_known_blocks";

/// A run with one such program in it.
struct KnownBlocks : CountedRun {
  CountedProcess program{{kProgram}, counter->environment()};
  model::NativeMemory start;

  KnownBlocks() {
    REQUIRE(program.ask("nothing") == "0 0");
    start = read(program.pid());
  }

  /// The program's truth after a step, and what was counted since the start.
  std::pair<std::string, std::string> compare(const std::string& step) {
    const std::string truth = program.ask(step);
    const auto now = read(program.pid());
    return {truth, fmt::format("{} {}", now.live.count - start.live.count,
                               now.allocations - start.allocations)};
  }
  fs::path pages() const { return counter->environment().back().second; }
};

void check_step(KnownBlocks& run, const std::string& step) {
  CAPTURE(step);
  const auto [truth, counted] = run.compare(step);
  CHECK(truth == counted);
}

std::size_t count_files(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST_CASE("MallocCounter: every way to get, change and give back a block is counted to the byte") {
  KnownBlocks run;
  check_step(run, "each function");
  check_step(run, "change size");
  check_step(run, "give back");
  CHECK(run.compare("nothing") == std::pair<std::string, std::string>("0 0", "0 0"));
  check_step(run, "each function");
}

TEST_CASE("MallocCounter: a call that fails changes nothing, and errno is the C library's") {
  KnownBlocks run;
  check_step(run, "fail to get");
  check_step(run, "leave errno");
}

TEST_CASE("MallocCounter: a block that another thread gives back is gone") {
  KnownBlocks run;
  run.program.ask("start threads");
  run.start = run.read(run.program.pid());
  check_step(run, "each function");
  check_step(run, "give back in a thread");
  CHECK(run.compare("nothing").second == "0 0");
}

TEST_CASE("MallocCounter: what threads got stays counted when they have ended, however many") {
  KnownBlocks run;
  run.program.ask("start threads");
  run.start = run.read(run.program.pid());
  check_step(run, "a hundred threads");
  check_step(run, "threads at once");
  check_step(run, "give back");
}

TEST_CASE("MallocCounter: a child of a fork counts for itself, from where its parent was") {
  KnownBlocks run;
  check_step(run, "each function");
  const auto before = run.read(run.program.pid());
  // Both write to the same pipe.
  std::vector<std::string> lines = {run.program.ask("live on as child")};
  for (int i = 0; i < 2; ++i) lines.push_back(run.program.read_line());
  int child = 0;
  for (const std::string& line : lines)
    if (line.find(' ') == std::string::npos) child = std::stoi(line);
  REQUIRE(child > 0);
  const auto in_child = run.read(child);
  const auto in_parent = run.read(run.program.pid());
  ::kill(child, SIGKILL);
  CHECK(in_parent == before);
  CHECK(in_child.allocations == before.allocations + 3);
  CHECK(in_child.live.count == before.live.count + 3 * 1000);
}

TEST_CASE("MallocCounter: children that call exec leave no trace") {
  KnownBlocks run;
  check_step(run, "spawn others");
  CHECK(count_files(run.pages()) == 1);
}

TEST_CASE("MallocCounter: a program that replaces itself begins to count anew") {
  CountedRun run;
  CountedProcess program({kProgram, "exec", "again"}, run.counter->environment());
  REQUIRE(program.ask("nothing") == "0 0");
  const auto start = run.read(program.pid());
  CHECK(start.live.count < 100'000);
  program.ask("leave errno");
  CHECK(run.read(program.pid()).allocations == start.allocations + 1);
}

TEST_CASE("MallocCounter: the files are their owner's alone, and go with the counter") {
  fs::path pages;
  {
    KnownBlocks run;
    pages = run.pages();
    struct stat status {};
    REQUIRE(::stat((pages / std::to_string(run.program.pid())).c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    REQUIRE(::stat(pages.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    const fs::path library = run.counter->environment().front().second;
    REQUIRE(::stat(library.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    CHECK(library.parent_path() == run.folder);
  }
  CHECK_FALSE(fs::exists(pages));
}

}  // namespace
}  // namespace leakcheck::test
