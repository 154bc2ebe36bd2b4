#include "harness/target/ending.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace leakcheck;
using namespace leakcheck::target;
using model::TargetEnd;

namespace {

constexpr int exited_with(int code) {
  return code << 8;  // as waitpid has it
}
constexpr const char* kHeapFull =
    "\n<--- Last few GCs --->\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap "
    "out of memory\n";

}  // namespace

TEST_SUITE("Ending") {
  TEST_CASE("an exit by itself is early, with its code and how long it lived") {
    const Exit exit = classify({exited_with(7), std::chrono::milliseconds(1240), "boom", false});
    CHECK(exit.end == TargetEnd::early_exit);
    CHECK(exit.code == 7);
    CHECK_FALSE(exit.signal);
    CHECK(exit.message == "the service ended with exit code 7 after 1.2 s");
    CHECK(exit.hint.find("stderr.log") != std::string::npos);
  }

  TEST_CASE("exit code 0 names the usual mistake") {
    CHECK(classify({exited_with(0), {}, "", false}).hint.find("foreground") != std::string::npos);
  }

  TEST_CASE("a signal is a crash, by its name") {
    const Exit exit = classify({SIGSEGV, std::chrono::seconds(2), "", false});
    CHECK(exit.end == TargetEnd::crashed);
    CHECK(exit.signal == SIGSEGV);
    CHECK(exit.message == "the service was ended by SIGSEGV after 2.0 s");
  }

  TEST_CASE("V8's last words are out of memory, also when npm hides the signal") {
    CHECK(classify({SIGABRT, {}, kHeapFull, false}).end == TargetEnd::out_of_memory);
    const Exit through_npm = classify({exited_with(134), {}, kHeapFull, false});
    CHECK(through_npm.end == TargetEnd::out_of_memory);
    CHECK(through_npm.hint.find("maxOldSpaceSize") != std::string::npos);
  }

  TEST_CASE("SIGKILL is out of memory only when the kernel's killer struck") {
    CHECK(classify({SIGKILL, {}, "", false}).end == TargetEnd::crashed);
    const Exit exit = classify({SIGKILL, {}, "", true});
    CHECK(exit.end == TargetEnd::out_of_memory);
    CHECK(exit.message.find("container") != std::string::npos);
    // A shell between us and the service hides the signal.
    CHECK(classify({exited_with(137), {}, "", true}).end == TargetEnd::out_of_memory);
    CHECK(classify({exited_with(137), {}, "", false}).end == TargetEnd::early_exit);
  }

  TEST_CASE("signals have names") {
    CHECK(signal_name(SIGTERM) == "SIGTERM");
    CHECK(signal_name(250) == "signal 250");
  }
}
