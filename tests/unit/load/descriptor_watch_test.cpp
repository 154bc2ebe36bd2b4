#include "harness/load/descriptor_watch.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "harness/base/unique_fd.hpp"

using namespace leakcheck;
using namespace std::chrono_literals;
using load::DescriptorWatch;

namespace {

struct Pair {
  Pair() {
    std::array<int, 2> fds{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) == 0);
    ours = UniqueFd(fds[0]);
    theirs = UniqueFd(fds[1]);
  }
  void say(char what) const { CHECK(::send(theirs.get(), &what, 1, 0) == 1); }
  char hear() const {
    char what = 0;
    ::recv(ours.get(), &what, 1, 0);
    return what;
  }

  UniqueFd ours;
  UniqueFd theirs;
};

void turn(EventLoop& loop, int times = 1) {
  for (int i = 0; i < times; ++i) loop.run_once(loop.now());
}

}  // namespace

TEST_CASE("DescriptorWatch: each question is answered once, when the time has come") {
  EventLoop loop;
  const Pair pair;
  DescriptorWatch watch(loop, pair.ours.get());
  std::string heard;
  watch.when_readable([&] { heard += pair.hear(); });
  turn(loop, 2);
  CHECK(heard.empty());
  pair.say('a');
  turn(loop);
  CHECK(heard == "a");
  pair.say('b');
  turn(loop, 3);
  CHECK(heard == "a");
  watch.when_readable([&] { heard += pair.hear(); });
  turn(loop);
  CHECK(heard == "ab");
}

TEST_CASE("DescriptorWatch: who is called may ask again") {
  EventLoop loop;
  const Pair pair;
  DescriptorWatch watch(loop, pair.ours.get());
  std::string heard;
  std::function<void()> listen = [&] {
    heard += pair.hear();
    watch.when_readable(listen);
  };
  watch.when_readable(listen);
  for (const char what : {'a', 'b', 'c'}) {
    pair.say(what);
    turn(loop);
  }
  CHECK(heard == "abc");
}

TEST_CASE("DescriptorWatch: reading and writing are two questions") {
  EventLoop loop;
  const Pair pair;
  DescriptorWatch watch(loop, pair.ours.get());
  int readable = 0;
  int writable = 0;
  watch.when_readable([&] { ++readable; });
  watch.when_writable([&] { ++writable; });
  turn(loop, 3);
  CHECK(readable == 0);
  CHECK(writable == 1);
  pair.say('a');
  turn(loop, 3);
  CHECK(readable == 1);
  CHECK(writable == 1);
  watch.when_writable([&] { ++writable; });
  turn(loop);
  CHECK(writable == 2);
}

TEST_CASE(
    "DescriptorWatch: an end answers both, and what nobody asks about does not keep it busy") {
  EventLoop loop;
  Pair pair;
  DescriptorWatch watch(loop, pair.ours.get());
  int calls = 0;
  watch.when_readable([&] { ++calls; });
  watch.when_writable([&] { ++calls; });
  pair.theirs.reset();
  turn(loop, 2);
  CHECK(calls == 2);
  // Nothing is due any more: the loop sleeps until the deadline instead of turning.
  const TimePoint start = loop.now();
  loop.run_once(start + 20ms);
  loop.run_once(start + 20ms);
  CHECK(loop.now() >= start + 20ms);
}

TEST_CASE("DescriptorWatch: one that is stopped calls who waits, and forgets the number") {
  EventLoop loop;
  const Pair pair;
  std::optional<DescriptorWatch> watch;
  watch.emplace(loop, pair.ours.get());
  int calls = 0;
  watch->when_readable([&] { ++calls; });
  watch->stop();
  CHECK(calls == 1);
  watch->stop();
  CHECK(calls == 1);
  // By now the number is another's.
  int others = 0;
  DescriptorWatch other(loop, pair.ours.get());
  other.when_readable([&] { ++others; });
  watch.reset();
  pair.say('a');
  turn(loop);
  CHECK(others == 1);
}
