// The counter in real processes of Node.js.
#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>

#include "harness/native/proportional_set.hpp"
#include "tests/node/native/counted_process.hpp"

namespace leakcheck::test {
namespace {

namespace fs = std::filesystem;

constexpr int kRequests = 100;
/// Above 8 KB, so that it is no part of a pool; malloc_usable_size of 20,000 is 20,008.
constexpr int kBufferSize = 20'000;
constexpr std::int64_t kUsable = 20'008;

struct NodeService : CountedRun {
  CountedProcess node{{"node", LEAKCHECK_SOURCE "/tests/node/native/service.cjs"},
                      counter->environment()};

  model::NativeMemory cycle(const std::string& path) {
    REQUIRE(node.ask(fmt::format("cycle {} {}", path, kRequests)) == "collected");
    return read(node.pid());
  }
};

/// Between neighbours, bytes and blocks, in order of size.
std::pair<std::vector<std::int64_t>, std::vector<std::int64_t>> deltas(
    const std::vector<model::NativeMemory>& levels) {
  std::pair<std::vector<std::int64_t>, std::vector<std::int64_t>> out;
  for (std::size_t i = 1; i < levels.size(); ++i) {
    out.first.push_back(levels[i].live.count - levels[i - 1].live.count);
    out.second.push_back(levels[i].allocations - levels[i - 1].allocations);
  }
  std::sort(out.first.begin(), out.first.end());
  std::sort(out.second.begin(), out.second.end());
  return out;
}

TEST_CASE("MallocCounter: the live bytes of a healthy Node.js service stand still") {
  NodeService service;
  for (int i = 0; i < 10; ++i) service.cycle("/");
  std::vector<model::NativeMemory> levels;
  for (int i = 0; i <= 10; ++i) levels.push_back(service.cycle("/"));
  const auto [bytes, blocks] = deltas(levels);
  // Single steps occur, of some kilobytes: they are no growth.
  CHECK(std::abs(bytes[bytes.size() / 2]) < 4 * kRequests);
  CHECK(std::abs(blocks[blocks.size() / 2]) < kRequests / 10);
}

TEST_CASE(
    "MallocCounter: Buffers that are kept are native growth, and gone when they are dropped") {
  NodeService service;
  for (int i = 0; i < 10; ++i) service.cycle("/");
  const auto before = service.read(service.node.pid());
  std::vector<model::NativeMemory> levels = {before};
  for (int i = 0; i < 10; ++i)
    levels.push_back(service.cycle(fmt::format("/keep/{}", kBufferSize)));
  const auto [bytes, blocks] = deltas(levels);
  const double per_request = static_cast<double>(bytes[bytes.size() / 2]) / kRequests;
  CHECK(per_request == doctest::Approx(kUsable).epsilon(0.02));
  const double blocks_per_request = static_cast<double>(blocks[blocks.size() / 2]) / kRequests;
  // The bytes, and what V8 and Node.js note down of each Buffer: 4 in all on Node.js 20.
  CHECK(blocks_per_request > 0.9);
  CHECK(blocks_per_request < 8);
  REQUIRE(service.node.ask("drop") == "collected");
  const auto after = service.read(service.node.pid());
  CHECK(after.live.count - before.live.count < 10 * kBufferSize);
}

TEST_CASE("MallocCounter: children of a service have files of their own") {
  NodeService service;
  const int first = std::stoi(service.node.ask("fork"));
  const int second = std::stoi(service.node.ask("fork"));
  const auto parent = service.read(service.node.pid());
  for (int i = 0; i < 3; ++i) service.cycle(fmt::format("/keep/{}", kBufferSize));
  const auto grown = service.read(service.node.pid());
  CHECK(grown.live.count - parent.live.count > 2 * kRequests * kBufferSize);
  for (const int child : {first, second}) {
    const auto live = service.read(child).live;
    CHECK(live.count > 0);
    CHECK(live.count < parent.live.count + kRequests * kBufferSize);
  }
}

TEST_CASE("MallocCounter: an npm script's service is counted, the shell between them is not") {
  CountedRun run;
  CountedProcess shell({"sh", "-c", "echo $$; node -p process.pid; node \"$0\"; exit 7",
                        LEAKCHECK_SOURCE "/tests/node/native/service.cjs"},
                       run.counter->environment());
  const int shell_pid = std::stoi(shell.read_line());
  const int node_pid = std::stoi(shell.read_line());
  CHECK(shell.ask("cycle / 5") == "collected");
  CHECK_FALSE(run.counter->read(shell_pid));
  CHECK(run.read(node_pid).live.count > 0);
  const auto [text, status] = shell.finish();
  CHECK(text == "");
  CHECK(WEXITSTATUS(status) == 7);
}

/// What a script prints, and how it ends.
std::pair<std::string, int> run_script(const std::string& script, const Environment& environment) {
  return CountedProcess({"node", "-e", script}, environment).finish();
}

TEST_CASE("MallocCounter: Node.js does the same with it: output, exit code, signal") {
  CountedRun run;
  const auto environment = run.counter->environment();
  const std::string busy =
      "const { Worker } = require('worker_threads');"
      "const zlib = require('zlib'); const { spawnSync } = require('child_process');"
      "const text = Buffer.alloc(300000, 'abc');"
      "new Worker('require(\"worker_threads\").parentPort.postMessage(Buffer.alloc(5000))',"
      "  { eval: true }).on('message', (m) => console.log(m.length));"
      "zlib.gzip(text, (e, z) => zlib.gunzip(z, (e, u) => console.log(u.equals(text))));"
      "console.log(spawnSync('sh', ['-c', 'echo sh; exit 3']).status);";
  for (const std::string& script :
       {busy, std::string("process.exit(5)"), std::string("throw 'x'"),
        std::string("process.abort()"), std::string("process.kill(process.pid, 'SIGTERM')")}) {
    CAPTURE(script);
    auto with = run_script(script, environment);
    auto without = run_script(script, {});
    if (script == busy) {  // three answers, in any order
      std::sort(with.first.begin(), with.first.end());
      std::sort(without.first.begin(), without.first.end());
    }
    if (script != "process.abort()") CHECK(with.first == without.first);  // has addresses in it
    CHECK(with.second == without.second);
  }
}

TEST_CASE("read_pss: the proportional set of a process of Node.js, nothing of one that is gone") {
  NodeService service;
  service.cycle("/");
  const auto pss = native::read_pss(service.node.pid());
  REQUIRE(pss.has_value());
  CHECK(pss->count > 10 * 1024 * 1024);
  CHECK(pss->count < 500 * 1024 * 1024);
  const int pid = service.node.pid();
  service.node.finish();
  CHECK_FALSE(native::read_pss(pid).has_value());
  CHECK(service.counter->why_off(pid) == "");  // its last count is still there to be read
}

}  // namespace
}  // namespace leakcheck::test
