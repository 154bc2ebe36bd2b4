#include "harness/load/deadlines.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace leakcheck;
using namespace std::chrono_literals;
using load::Deadlines;

namespace {

/// Starts that lie in the past are due at once: no test waits.
struct Fixture {
  EventLoop loop;
  std::string due;
  Deadlines deadlines{loop, 8, [this](std::size_t user) { due += static_cast<char>('a' + user); }};
  TimePoint now = loop.now();

  void turn() { loop.run_once(loop.now()); }
};

}  // namespace

TEST_CASE("Deadlines: those that have passed are told in their order, whatever their length") {
  Fixture f;
  f.deadlines.set(0, f.now - 9s, 8s);
  f.deadlines.set(1, f.now - 8s, 2s);
  f.deadlines.set(2, f.now - 7s, 8h);
  f.deadlines.set(3, f.now - 6s, 2s);
  f.turn();
  CHECK(f.due == "bda");
  f.turn();
  CHECK(f.due == "bda");
}

TEST_CASE("Deadlines: one that was cleared or set anew is not due any more") {
  Fixture f;
  for (std::size_t user = 0; user < 6; ++user) f.deadlines.set(user, f.now - 9s, 1s);
  f.deadlines.clear(0);
  f.deadlines.clear(3);
  f.deadlines.clear(3);
  f.deadlines.clear(5);
  f.deadlines.set(1, f.now, 1h);
  f.turn();
  CHECK(f.due == "ce");
}

TEST_CASE("Deadlines: a short one is not late because long ones came first") {
  Fixture f;
  f.deadlines.set(0, f.now, 1h);
  f.turn();
  f.deadlines.set(1, f.now, 1ns);
  f.turn();
  CHECK(f.due == "b");
}

TEST_CASE("Deadlines: the timer goes on to those that are not due yet") {
  Fixture f;
  f.deadlines.set(0, f.now, 1ns);
  f.deadlines.set(1, f.now, 3ms);
  CHECK(f.loop.run_until([&] { return f.due == "ab"; }, f.loop.now() + 10s));
}

TEST_CASE("Deadlines: a user whose deadline passed may have another, also at once") {
  EventLoop loop;
  int calls = 0;
  Deadlines* own = nullptr;
  Deadlines deadlines(loop, 1, [&](std::size_t user) {
    if (++calls < 3) own->set(user, loop.now(), 1ns);
  });
  own = &deadlines;
  deadlines.set(0, loop.now(), 1ns);
  CHECK(loop.run_until([&] { return calls == 3; }, loop.now() + 10s));
}
