// Worker threads in collections: measured with their process, and left out when they cannot answer.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>

#include "listening_hub.hpp"

using namespace leakcheck;
using namespace leakcheck::agent;

namespace {

int id_of(const std::string& line) {
  const auto at = line.find("\"id\":");
  REQUIRE(at != std::string::npos);
  return std::atoi(line.c_str() + at + 5);
}

/// A process with worker threads, and a hub that measures it.
struct Threads : Listening {
  std::unique_ptr<FakeAgent> main = greet_thread(0);

  Threads() { hub->set_subjects({::getpid()}); }

  std::unique_ptr<FakeAgent> greet_thread(int id) {
    auto agent = std::make_unique<FakeAgent>(socket, loop, FakeAgent::Thread{id});
    agent->say_hello();
    REQUIRE_FALSE(agent->wait_for("welcome").empty());
    return agent;
  }
  /// Begins to collect; the question's number.
  int ask(Duration timeout = kPatience) {
    collect(timeout);
    return id_of(main->wait_for("collect"));
  }
  const Collected& answer() {
    REQUIRE(wait_for([&] { return collected.has_value(); }));
    REQUIRE(*collected);
    return **collected;
  }
  void begin(FakeAgent& thread, int id) {
    thread.send(R"({"type":"collecting","id":)" + std::to_string(id) + "}");
  }
};

}  // namespace

TEST_SUITE("AgentHub: threads") {
  TEST_CASE("the threads of a subject are measured one by one and summed; rss counts once") {
    Threads it;
    const auto two = it.greet_thread(2);
    const auto one = it.greet_thread(1);
    CHECK(it.hub->processes().size() == 1);
    CHECK(it.hellos.size() == 1);
    const int id = it.ask();
    CHECK(id_of(one->wait_for("collect")) == id);
    two->say_collected(id, 40, 300, 5);
    it.main->say_collected(id, 10, 1000, 7);
    it.settle();
    CHECK_FALSE(it.collected);
    one->say_collected(id, 20, 200, 0);
    const Collected& sum = it.answer();
    CHECK(sum.processes == 3);
    CHECK(sum.left_out == 0);
    CHECK(sum.collect_ms == 40);
    CHECK(sum.memory.heap_used.count == 1500);
    CHECK(sum.memory.external.count == 90);
    CHECK(sum.memory.rss.count == 1000);
    CHECK(sum.requests_seen == 12);
    REQUIRE(sum.readings.size() == 3);
    for (int thread = 0; thread < 3; ++thread) {
      const model::Reading& reading = sum.readings[static_cast<std::size_t>(thread)];
      CHECK(reading.pid == ::getpid());
      CHECK(reading.thread == thread);
      CHECK(reading.post_gc.rss.count == (thread == 0 ? 1000 : 0));
    }
    CHECK(sum.readings[2].post_gc.heap_used.count == 300);
    CHECK(it.hub->problems().empty());
  }

  TEST_CASE("a thread that does not begin is left out, and asked again when it has spoken") {
    Threads it;
    const auto blocked = it.greet_thread(1);
    int id = it.ask();
    it.main->say_collected(id, 10, 1000, 0);
    CHECK(it.answer().processes == 1);
    CHECK(it.answer().left_out == 1);
    REQUIRE(it.hub->problems().size() == 1);
    CHECK(it.hub->problems()[0].find("1 worker thread was not measured") == 0);

    // Not waited for a second time: the answer comes with the process's, and it is not asked.
    CHECK_FALSE(blocked->wait_for("collect").empty());
    id = it.ask();
    it.main->say_collected(id, 10, 1000, 0);
    it.settle();
    REQUIRE(it.collected);
    CHECK(it.answer().left_out == 1);
    CHECK(blocked->take_lines().empty());

    blocked->say_collected(id - 1, 10, 50, 0);  // too late for the first, but it lives
    it.settle();
    id = it.ask();
    blocked->say_collected(id, 10, 50, 0);
    it.main->say_collected(id, 10, 1000, 0);
    CHECK(it.answer().processes == 2);
    CHECK(it.answer().left_out == 0);
  }

  TEST_CASE("a thread that has begun is waited for, up to the time limit of the whole") {
    Threads it;
    const auto large = it.greet_thread(1);
    const auto stuck = it.greet_thread(2);
    const int id = it.ask(std::chrono::milliseconds(600));
    it.begin(*large, id);
    it.begin(*stuck, id);
    it.main->say_collected(id, 10, 1000, 0);
    it.loop.run_until([&] { return it.collected.has_value(); },
                      it.loop.now() + std::chrono::milliseconds(350));
    CHECK_FALSE(it.collected);  // past the time that those have who do not begin
    large->say_collected(id, 300, 500, 0);
    CHECK(it.answer().processes == 2);
    CHECK(it.answer().left_out == 1);
    CHECK(it.answer().memory.heap_used.count == 1500);
  }

  TEST_CASE("a thread that ends during a collection is left out at once") {
    Threads it;
    const auto ending = it.greet_thread(1);
    const int id = it.ask();
    it.begin(*ending, id);
    it.main->say_collected(id, 10, 1000, 0);
    it.settle();
    CHECK_FALSE(it.collected);
    ending->close();
    CHECK(it.answer().processes == 1);
    CHECK(it.answer().left_out == 1);
  }

  TEST_CASE("a thread that cannot collect is left out; a process that cannot is an error") {
    Threads it;
    const auto thread = it.greet_thread(1);
    int id = it.ask();
    it.main->say_collected(id, 10, 1000, 0);
    thread->send(R"({"type":"error","id":)" + std::to_string(id) + R"(,"message":"no gc"})");
    CHECK(it.answer().left_out == 1);
    id = it.ask();
    it.main->send(R"({"type":"error","id":)" + std::to_string(id) + R"(,"message":"no gc"})");
    REQUIRE(it.wait_for([&] { return it.collected.has_value(); }));
    CHECK_FALSE(*it.collected);
  }

  TEST_CASE("a process that does not answer is an error, whatever its threads say") {
    Threads it;
    const auto thread = it.greet_thread(1);
    const int id = it.ask(std::chrono::milliseconds(20));
    thread->say_collected(id, 10, 1000, 0);
    REQUIRE(it.wait_for([&] { return it.collected.has_value(); }));
    REQUIRE_FALSE(*it.collected);
    CHECK(it.collected->error().message.find("its event loop is blocked") != std::string::npos);
  }

  TEST_CASE("a thread that comes during a collection is asked in the next one") {
    Threads it;
    const int id = it.ask();
    const auto late = it.greet_thread(1);
    it.settle();
    CHECK(late->take_lines().empty());
    it.main->say_collected(id, 10, 1000, 0);
    CHECK(it.answer().processes == 1);
    it.ask();
    CHECK_FALSE(late->wait_for("collect").empty());
  }

  TEST_CASE("requests that threads served are the process's, also of those that are gone") {
    Threads it;
    for (int id = 1; id <= 3; ++id) {
      const auto thread = it.greet_thread(id);
      thread->send(R"({"type":"requests","seen":1})");
      const auto seen = [&] { return it.hub->processes().at(0).requests_seen == id; };
      CHECK(it.wait_for(seen));
      thread->close();
      it.settle();
      CHECK(seen());
    }
    const int id = it.ask();
    it.main->say_collected(id, 10, 1000, 10);
    CHECK(it.answer().requests_seen == 13);
  }

  TEST_CASE("threads are not asked for samples, nor to freeze, nor to move the clock") {
    Threads it;
    const auto thread = it.greet_thread(1);
    it.hub->set_subjects({});
    it.hub->set_subjects({::getpid()});
    it.hub->freeze([](const Result<void>&) {});
    it.hub->move_clock(std::chrono::seconds(1), kPatience, [](const Result<ClockMove>&) {});
    thread->say_sample(100, 10, 1.5, 3);
    it.settle();
    CHECK(thread->take_lines().empty());
    CHECK(it.samples.empty());
  }

  TEST_CASE("a question asked again does not end by the grace of the one before") {
    Threads it;
    const auto thread = it.greet_thread(1);
    const int id = it.ask();
    it.main->say_collected(id, 10, 1000, 0);
    it.loop.run_until([] { return false; }, it.loop.now() + std::chrono::milliseconds(150));
    const int next = it.ask();
    it.loop.run_until([] { return false; }, it.loop.now() + std::chrono::milliseconds(150));
    CHECK_FALSE(it.collected);
    thread->say_collected(next, 10, 100, 0);
    it.main->say_collected(next, 10, 1000, 0);
    CHECK(it.answer().processes == 2);
  }
}
