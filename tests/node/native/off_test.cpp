// Where nothing can be counted: why, and that the program does what it would without us.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "harness/base/file.hpp"
#include "tests/node/native/counted_process.hpp"

namespace leakcheck::test {
namespace {

namespace fs = std::filesystem;

const std::string kPrograms = LEAKCHECK_PROGRAMS;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Why a program that answers a line with something is not counted.
std::string why_off(const CountedRun& run, const std::vector<std::string>& words,
                    const Environment& environment, const std::string& line = "x") {
  CountedProcess program(words, environment);
  program.ask(line);
  CHECK_FALSE(run.counter->read(program.pid()));
  const std::string why = run.counter->why_off(program.pid());
  const auto [text, status] = program.finish();
  CHECK(text == "");
  CHECK(status == 0);
  return why;
}

TEST_CASE("MallocCounter: off in a static program") {
  CountedRun run;
  CHECK(contains(why_off(run, {kPrograms + "/native_waits_static"}, run.counter->environment()),
                 "its program is linked statically"));
}

TEST_CASE("MallocCounter: off in what is no process of Node.js") {
  CountedRun run;
  CHECK(contains(why_off(run, {kPrograms + "/native_waits"}, run.counter->environment()),
                 "it is no process of Node.js"));
}

TEST_CASE("MallocCounter: off where LD_PRELOAD or the folder's name is taken away") {
  CountedRun run;
  auto environment = run.counter->environment();
  const std::string program = kPrograms + "/native_known_blocks";
  CHECK(contains(why_off(run, {"env", "-u", "LD_PRELOAD", program}, environment),
                 "LD_PRELOAD was replaced or taken out"));
  CHECK(contains(why_off(run, {"env", "-u", "LEAKCHECK_MALLOC", program}, environment),
                 "LEAKCHECK_MALLOC was taken out of its environment"));
}

TEST_CASE("MallocCounter: off where the program has more rights than who started it") {
  CountedRun run;
  const fs::path copy = run.folder / "setgid";
  fs::copy_file(kPrograms + "/native_waits", copy);
  // Another group's: only root can make such a file.
  if (::chown(copy.c_str(), static_cast<uid_t>(-1), 65534) != 0 ||
      ::chmod(copy.c_str(), 02755) != 0)
    MESSAGE("not root: no setgid program to try");
  else
    CHECK(contains(why_off(run, {copy.string()}, run.counter->environment()),
                   "the loader then ignores LD_PRELOAD"));
  fs::remove(copy);
}

TEST_CASE(
    "MallocCounter: another allocator in LD_PRELOAD, before or after ours, keeps its blocks") {
  CountedRun run;
  const std::string other = kPrograms + "/libnative_other_allocator.so";
  for (const bool ours_first : {false, true}) {
    CAPTURE(ours_first);
    auto environment = run.counter->environment();
    std::string& preload = environment.front().second;
    preload = ours_first ? preload + ":" + other : other + ":" + preload;
    for (const char* step : {"change size", "leave errno"})
      CHECK(why_off(run, {kPrograms + "/native_known_blocks"}, environment, step) ==
            "its memory does not come from glibc's malloc but from another allocator: measure "
            "without that allocator");
  }
}

TEST_CASE("MallocCounter: another allocator that the program is linked to keeps its blocks") {
  CountedRun run;
  CHECK(contains(
      why_off(run, {kPrograms + "/native_other_linked"}, run.counter->environment(), "change size"),
      "its memory does not come from glibc's malloc"));
}

TEST_CASE("MallocCounter: off where its file cannot be made") {
  CountedRun run;
  auto environment = run.counter->environment();
  environment.back().second += "/gone";
  const std::string why = why_off(run, {kPrograms + "/native_known_blocks"}, environment);
  CHECK(contains(why, "could not write to " + run.counter->environment().back().second));
}

TEST_CASE("MallocCounter: a process that has ended without a count") {
  CountedRun run;
  CountedProcess program({kPrograms + "/native_waits"}, {});
  const int pid = program.pid();
  program.finish();
  CHECK(run.counter->why_off(pid) == "the process has ended");
}

TEST_CASE("MallocCounter: a run folder that LD_PRELOAD cannot hold is done without") {
  CountedRun run;
  const fs::path folder = run.folder / "my runs:$ORIGIN";
  fs::create_directory(folder);
  {
    auto counter = native::MallocCounter::prepare(folder);
    REQUIRE(counter);
    const fs::path library = (*counter)->environment().front().second;
    CHECK(library.string().find_first_of(" :$") == std::string::npos);
    CountedProcess program({kPrograms + "/native_known_blocks"}, (*counter)->environment());
    CHECK(program.ask("nothing") == "0 0");
    CHECK((*counter)->read(program.pid()).has_value());
  }
  CHECK(fs::is_empty(folder));
  fs::remove(folder);
}

TEST_CASE("MallocCounter: a page that is cut off or another's is not read") {
  CountedRun run;
  CountedProcess program({kPrograms + "/native_known_blocks"}, run.counter->environment());
  REQUIRE(program.ask("nothing") == "0 0");
  const fs::path pages = run.counter->environment().back().second;
  const std::string page = *load_file(pages / std::to_string(program.pid()));
  std::ofstream(pages / "1") << page;
  std::ofstream(pages / "2") << page.substr(0, 4095);
  CHECK_FALSE(run.counter->read(1));
  CHECK_FALSE(run.counter->read(2));
  CHECK_FALSE(run.counter->read(3));
}

}  // namespace
}  // namespace leakcheck::test
