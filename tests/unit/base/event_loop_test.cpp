#include "harness/base/event_loop.hpp"

#include <doctest/doctest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <string>
#include <system_error>
#include <vector>

using namespace leakcheck;
using namespace std::chrono_literals;

namespace {

/// A pipe whose ends the test holds.
struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
  void put(char c = 'x') const { REQUIRE(::write(write.get(), &c, 1) == 1); }
  char take() const {
    char c = 0;
    REQUIRE(::read(read.get(), &c, 1) == 1);
    return c;
  }
  UniqueFd read, write;
};

/// Long past anything a test waits for: reaching it is a failure.
TimePoint far(const EventLoop& loop) {
  return loop.now() + 20s;
}

bool never() {
  return false;
}

}  // namespace

TEST_CASE("EventLoop: timers fire in the order of their times, not of their setting") {
  EventLoop loop;
  const TimePoint start = loop.now();
  std::string fired;
  loop.call_at(start + 3ms, [&] { fired += 'c'; });
  loop.call_at(start + 1ms, [&] { fired += 'a'; });
  loop.call_at(start + 2ms, [&] { fired += 'b'; });
  CHECK(loop.run_until([&] { return fired.size() == 3; }, far(loop)));
  CHECK(fired == "abc");
  CHECK(loop.now() >= start + 3ms);
}

TEST_CASE("EventLoop: timers of the same time fire in the order of their setting") {
  EventLoop loop;
  const TimePoint when = loop.now();
  std::string fired;
  for (const char c : {'a', 'b', 'c'}) loop.call_at(when, [&fired, c] { fired += c; });
  loop.run_once(far(loop));
  CHECK(fired == "abc");
}

TEST_CASE("EventLoop: a timer never fires early, and only once") {
  EventLoop loop;
  const TimePoint due = loop.now() + 2ms;
  int fired = 0;
  TimePoint at{};
  loop.call_at(due, [&] {
    ++fired;
    at = loop.now();
  });
  loop.run_once(loop.now());
  const bool waited = loop.now() < due;
  if (waited) CHECK(fired == 0);
  CHECK(loop.run_until([&] { return fired > 0; }, far(loop)));
  CHECK(at >= due);
  loop.run_once(loop.now());
  CHECK(fired == 1);
}

TEST_CASE("EventLoop: a time in the past is due at once, also long before the machine started") {
  EventLoop loop;
  int fired = 0;
  loop.call_at(loop.now() - 1h, [&] { ++fired; });
  loop.call_at(TimePoint{}, [&] { ++fired; });
  loop.call_at(TimePoint{-1h}, [&] { ++fired; });
  loop.call_after(-1s, [&] { ++fired; });
  loop.run_once(far(loop));
  CHECK(fired == 4);
}

TEST_CASE("EventLoop: a timer that was cancelled does not fire, nor does it wake the loop") {
  EventLoop loop;
  std::string fired;
  const auto first = loop.call_after(1ms, [&] { fired += 'a'; });
  loop.call_after(3ms, [&] { fired += 'b'; });
  CHECK(first != 0);
  loop.cancel(first);
  loop.cancel(first);
  loop.cancel(0);
  CHECK(loop.run_until([&] { return !fired.empty(); }, far(loop)));
  CHECK(fired == "b");
}

TEST_CASE("EventLoop: a callback may cancel others that are due with it, and itself") {
  EventLoop loop;
  const TimePoint when = loop.now();
  std::string fired;
  EventLoop::TimerId own = 0;
  EventLoop::TimerId next = 0;
  own = loop.call_at(when, [&] {
    fired += 'a';
    loop.cancel(own);
    loop.cancel(next);
  });
  next = loop.call_at(when, [&] { fired += 'b'; });
  loop.call_at(when, [&] { fired += 'c'; });
  loop.run_once(far(loop));
  loop.run_once(loop.now());
  CHECK(fired == "ac");
}

TEST_CASE("EventLoop: a timer that sets itself again in the past starves nothing") {
  EventLoop loop;
  Pipe pipe;
  int ticks = 0;
  int reads = 0;
  std::function<void()> tick = [&] {
    ++ticks;
    loop.call_at(TimePoint{}, tick);
  };
  loop.call_at(TimePoint{}, tick);
  loop.watch(pipe.read.get(), EPOLLIN, [&](std::uint32_t) {
    pipe.take();
    ++reads;
  });
  bool later = false;
  loop.call_after(1ms, [&] { later = true; });
  pipe.put();
  loop.run_once(far(loop));
  CHECK(ticks == 1);
  CHECK(reads == 1);
  CHECK(loop.run_until([&] { return later; }, far(loop)));
  CHECK(ticks > 1);
}

TEST_CASE("EventLoop: a descriptor that is always ready starves no timer") {
  EventLoop loop;
  Pipe pipe;
  pipe.put();
  int calls = 0;
  bool fired = false;
  loop.watch(pipe.read.get(), EPOLLIN, [&](std::uint32_t) { ++calls; });
  loop.call_after(1ms, [&] { fired = true; });
  CHECK(loop.run_until([&] { return fired; }, far(loop)));
  CHECK(calls > 0);
}

TEST_CASE("EventLoop: a callback gets the events that happened") {
  EventLoop loop;
  Pipe pipe;
  std::uint32_t seen = 0;
  loop.watch(pipe.read.get(), EPOLLIN, [&](std::uint32_t events) { seen = events; });
  pipe.put();
  loop.run_once(far(loop));
  CHECK(seen == EPOLLIN);
  pipe.take();
  pipe.write.reset();
  loop.run_once(far(loop));
  CHECK((seen & EPOLLHUP) != 0);
  loop.unwatch(pipe.read.get());
}

TEST_CASE("EventLoop: what is not read is reported again") {
  EventLoop loop;
  Pipe pipe;
  pipe.put();
  int calls = 0;
  loop.watch(pipe.read.get(), EPOLLIN, [&](std::uint32_t) { ++calls; });
  loop.run_once(far(loop));
  loop.run_once(far(loop));
  CHECK(calls == 2);
}

TEST_CASE("EventLoop: change() takes other events and keeps the callback") {
  EventLoop loop;
  Pipe pipe;
  std::uint32_t seen = 0;
  loop.watch(pipe.write.get(), 0, [&](std::uint32_t events) { seen = events; });
  loop.run_once(loop.now());
  CHECK(seen == 0);
  loop.change(pipe.write.get(), EPOLLOUT);
  loop.run_once(far(loop));
  CHECK(seen == EPOLLOUT);
  seen = 0;
  loop.change(pipe.write.get(), 0);
  loop.run_once(loop.now());
  CHECK(seen == 0);
  CHECK_THROWS(loop.change(pipe.read.get(), EPOLLIN));
}

TEST_CASE("EventLoop: watching again replaces the callback") {
  EventLoop loop;
  Pipe pipe;
  std::string seen;
  loop.watch(pipe.read.get(), EPOLLIN, [&](std::uint32_t) { seen += 'a'; });
  loop.watch(pipe.read.get(), EPOLLIN, [&](std::uint32_t) { seen += 'b'; });
  pipe.put();
  loop.run_once(far(loop));
  CHECK(seen == "b");
}

TEST_CASE("EventLoop: a descriptor that cannot be watched throws") {
  EventLoop loop;
  CHECK_THROWS_AS(loop.watch(-1, EPOLLIN, [](std::uint32_t) {}), std::system_error);
  loop.unwatch(-1);
}

TEST_CASE("EventLoop: an unwatched descriptor is not reported, though its event was in the batch") {
  EventLoop loop;
  Pipe one;
  Pipe two;
  int calls = 0;
  const auto only_one = [&](std::uint32_t) {
    ++calls;
    loop.unwatch(one.read.get());
    loop.unwatch(two.read.get());
  };
  loop.watch(one.read.get(), EPOLLIN, only_one);
  loop.watch(two.read.get(), EPOLLIN, only_one);
  one.put();
  two.put();
  loop.run_once(far(loop));
  loop.run_once(loop.now());
  CHECK(calls == 1);
}

TEST_CASE("EventLoop: a callback may unwatch itself and go on using what it captured") {
  EventLoop loop;
  Pipe pipe;
  pipe.put();
  std::string seen;
  const std::string captured = "a text that is too long for the object itself to hold it";
  loop.watch(pipe.read.get(), EPOLLIN, [&loop, &pipe, &seen, captured](std::uint32_t) {
    loop.unwatch(pipe.read.get());
    seen = captured;
  });
  loop.run_once(far(loop));
  CHECK(seen == captured);
}

TEST_CASE("EventLoop: a callback may replace itself and go on using what it captured") {
  EventLoop loop;
  Pipe pipe;
  pipe.put();
  std::string seen;
  const std::string captured = "a text that is too long for the object itself to hold it";
  loop.watch(pipe.read.get(), EPOLLIN, [&loop, &pipe, &seen, captured](std::uint32_t) {
    loop.watch(pipe.read.get(), EPOLLIN, [&seen](std::uint32_t) { seen += '!'; });
    seen = captured;
  });
  loop.run_once(far(loop));
  loop.run_once(far(loop));
  CHECK(seen == captured + "!");
}

TEST_CASE(
    "EventLoop: an event of a closed descriptor does not reach the next owner of its number") {
  EventLoop loop;
  std::array<Pipe, 2> pipes;
  Pipe quiet;
  int reused = -1;
  int firsts = 0;
  int strays = 0;
  for (std::size_t at : {0U, 1U}) {
    loop.watch(pipes[at].read.get(), EPOLLIN, [&, at](std::uint32_t) {
      ++firsts;
      // Both are in this batch. Whichever comes first closes the other, whose number is then taken
      // by a descriptor that has nothing to read.
      UniqueFd& other = pipes[1 - at].read;
      reused = other.get();
      loop.unwatch(reused);
      other.reset();
      REQUIRE(::dup2(quiet.read.get(), reused) == reused);
      other.reset(reused);
      loop.watch(reused, EPOLLIN, [&](std::uint32_t) { ++strays; });
      loop.unwatch(pipes[at].read.get());
    });
  }
  pipes[0].put();
  pipes[1].put();
  loop.run_once(far(loop));
  CHECK(firsts == 1);
  CHECK(strays == 0);
  quiet.put();
  loop.run_once(far(loop));
  CHECK(strays == 1);
  loop.unwatch(reused);
}

TEST_CASE("EventLoop: more descriptors than one batch holds all get their turn") {
  EventLoop loop;
  std::vector<Pipe> pipes(300);
  std::vector<int> calls(pipes.size());
  for (std::size_t at = 0; at < pipes.size(); ++at) {
    pipes[at].put();
    loop.watch(pipes[at].read.get(), EPOLLIN, [&, at](std::uint32_t) { ++calls[at]; });
  }
  // They stay ready: the first of them must not keep the others out.
  for (int batch = 0; batch < 6; ++batch) loop.run_once(far(loop));
  for (const int count : calls) CHECK(count > 0);
}

TEST_CASE("EventLoop: run_until asks first, and runs nothing when it is done already") {
  EventLoop loop;
  int fired = 0;
  loop.call_at(TimePoint{}, [&] { ++fired; });
  CHECK(loop.run_until([] { return true; }, TimePoint{}));
  CHECK(fired == 0);
}

TEST_CASE("EventLoop: run_until ends at its deadline, not before it") {
  EventLoop loop;
  const TimePoint deadline = loop.now() + 3ms;
  CHECK_FALSE(loop.run_until(never, deadline));
  CHECK(loop.now() >= deadline);
  CHECK_FALSE(loop.run_until(never, deadline));
  CHECK_FALSE(loop.run_until(never, TimePoint{}));
}

TEST_CASE("EventLoop: deadlines may come in any order, with and without timers") {
  EventLoop loop;
  // A far deadline is armed and left for an event; a near one must still wake the loop, or it waits
  // for an hour.
  Pipe pipe;
  pipe.put();
  loop.watch(pipe.read.get(), EPOLLIN, [&](std::uint32_t) { pipe.take(); });
  loop.run_once(loop.now() + 1h);
  bool fired = false;
  loop.call_after(1ms, [&] { fired = true; });
  CHECK(loop.run_until([&] { return fired; }, far(loop)));
  CHECK_FALSE(loop.run_until(never, loop.now() + 1ms));
  fired = false;
  const auto late = loop.call_after(1h, [] {});
  loop.run_once(loop.now() + 1ms);
  loop.cancel(late);
  CHECK_FALSE(loop.run_until(never, loop.now() + 1ms));
  loop.call_after(1ms, [&] { fired = true; });
  CHECK(loop.run_until([&] { return fired; }, TimePoint::max()));
}

TEST_CASE("EventLoop: what a callback did is asked for before the next wait") {
  EventLoop loop;
  Pipe pipe;
  bool done = false;
  loop.watch(pipe.read.get(), EPOLLIN, [&](std::uint32_t) {
    pipe.take();
    done = true;
  });
  pipe.put();
  // Without a deadline or a timer the loop would wait for ever if it did not ask.
  CHECK(loop.run_until([&] { return done; }, TimePoint::max()));
}

TEST_CASE("EventLoop: a callback may set timers and watch descriptors") {
  EventLoop loop;
  Pipe pipe;
  std::string seen;
  loop.call_after(1ms, [&] {
    seen += 'a';
    loop.watch(pipe.read.get(), EPOLLIN, [&](std::uint32_t) {
      pipe.take();
      seen += 'b';
      loop.call_after(1ms, [&] { seen += 'c'; });
    });
    pipe.put();
  });
  CHECK(loop.run_until([&] { return seen.size() == 3; }, far(loop)));
  CHECK(seen == "abc");
}
