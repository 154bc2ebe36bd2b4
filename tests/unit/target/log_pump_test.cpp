#include "harness/target/log_pump.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/file.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;
using target::LogPump;

namespace {

struct Pumped {
  fs::path folder;
  EventLoop loop;
  std::unique_ptr<LogPump> pump;
  UniqueFd in;

  Pumped() {
    std::string name = (fs::temp_directory_path() / "leakcheck-unit-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    pump = std::make_unique<LogPump>(folder / "stdout.log", loop);
    connect();
  }
  ~Pumped() {
    pump.reset();
    fs::remove_all(folder);
  }
  void connect() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    pump->attach(UniqueFd(ends[0]));
    in.reset(ends[1]);
  }
  /// Writes all of it, turning the loop whenever the pipe is full.
  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::write(in.get(), text.data(), text.size());
      if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
      if (count < 0) loop.run_once(loop.now() + std::chrono::seconds(5));
    }
  }
  std::string finish() {
    pump->finish();
    return *load_file(folder / "stdout.log");
  }
};

}  // namespace

TEST_SUITE("LogPump") {
  TEST_CASE("a log is carried whole, and is readable by its owner only") {
    Pumped pumped;
    pumped.write("first\nsecond\n");
    CHECK(pumped.finish() == "first\nsecond\n");
    struct stat info {};
    ::stat(pumped.pump->file().c_str(), &info);
    CHECK((info.st_mode & 0777) == 0600);
    CHECK(pumped.pump->tail() == "first\nsecond\n");
  }

  TEST_CASE("a flood keeps its head and its tail, and says what it left out") {
    Pumped pumped;
    const std::string block(1 << 16, 'x');
    pumped.write("the beginning\n");
    for (int i = 0; i < 400; ++i) pumped.write(block);  // 25 MB
    pumped.write("\nthe end\n");
    const std::string text = pumped.finish();
    CHECK(text.substr(0, 14) == "the beginning\n");
    CHECK(text.substr(text.size() - 9) == "\nthe end\n");
    CHECK(text.size() < LogPump::kHead + LogPump::kTail + 100);
    const std::size_t all = 14 + 400 * block.size() + 9;
    const std::size_t left_out = all - LogPump::kHead - LogPump::kTail;
    CHECK(text.find("[leakcheck left " + std::to_string(left_out) + " bytes out here]") !=
          std::string::npos);
  }

  TEST_CASE("just past the head nothing is lost and nothing comes twice") {
    Pumped pumped;
    std::string text;
    for (int i = 0; text.size() < LogPump::kHead + 100; ++i) text += std::to_string(i) + "\n";
    pumped.write(text);
    CHECK(pumped.finish() == text);
  }

  TEST_CASE("lines are found across the blocks of a pipe") {
    Pumped pumped;
    std::vector<std::string> lines;
    pumped.pump->set_line_callback([&](std::string_view line) { lines.emplace_back(line); });
    pumped.write("list");
    pumped.pump->drain();
    pumped.write("ening\nnext\nhalf");
    pumped.pump->drain();
    CHECK(lines == std::vector<std::string>{"listening", "next"});
  }

  TEST_CASE("a callback may take itself away in mid-block") {
    Pumped pumped;
    int calls = 0;
    pumped.pump->set_line_callback([&](std::string_view) {
      ++calls;
      pumped.pump->set_line_callback({});
    });
    pumped.write("one\ntwo\nthree\n");
    pumped.pump->drain();
    CHECK(calls == 1);
  }

  TEST_CASE("started over, it has forgotten all that came") {
    Pumped pumped;
    pumped.write(std::string(LogPump::kHead + 10, 'x'));
    pumped.pump->drain();
    pumped.pump->start_over();
    CHECK(pumped.pump->tail().empty());
    pumped.connect();
    pumped.write("second\n");
    CHECK(pumped.finish() == "second\n");
  }

  TEST_CASE("a second process may follow the first") {
    Pumped pumped;
    pumped.write("first\n");
    pumped.pump->drain();
    pumped.connect();
    pumped.write("second\n");
    CHECK(pumped.finish() == "first\nsecond\n");
  }
}
