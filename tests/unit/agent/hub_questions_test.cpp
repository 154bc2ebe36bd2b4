// What the hub asks its agents for: collections and freezing, and who fails to answer.
#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>

#include "listening_hub.hpp"

using namespace leakcheck;
using namespace leakcheck::agent;

namespace {

int id_of(const std::string& line) {
  const auto at = line.find("\"id\":");
  REQUIRE(at != std::string::npos);
  return std::atoi(line.c_str() + at + 5);
}

}  // namespace

TEST_SUITE("AgentHub: questions") {
  TEST_CASE("collect asks every subject, and only them, and sums the answers") {
    Listening it;
    const auto one = it.greet();
    const auto two = it.greet();
    const auto bystander = it.greet();
    it.hub->set_subjects({one->pid(), two->pid()});
    it.collect();
    const int id = id_of(one->wait_for("collect"));
    CHECK(id_of(two->wait_for("collect")) == id);
    one->say_collected(id, 12.5, 1000, 40);
    it.settle();
    CHECK_FALSE(it.collected);
    bystander->say_collected(id, 1, 7, 7);
    one->say_collected(id, 1, 7, 7);      // twice: not counted
    two->say_collected(id - 1, 1, 7, 7);  // the answer to an earlier question
    it.settle();
    CHECK_FALSE(it.collected);
    two->say_collected(id, 30, 500, 60);
    REQUIRE(it.wait_for([&] { return it.collected.has_value(); }));
    REQUIRE(*it.collected);
    const Collected& sum = **it.collected;
    CHECK(sum.processes == 2);
    CHECK(sum.memory.heap_used.count == 1500);
    CHECK(sum.memory.rss.count == 2000);
    CHECK(sum.collect_ms == 30);
    CHECK(sum.requests_seen == 100);
    CHECK_FALSE(has(bystander->take_lines(), "collect"));
  }

  TEST_CASE("each question has a number of its own") {
    Listening it;
    const auto agent = it.greet();
    it.hub->set_subjects({agent->pid()});
    it.collect();
    const int first = id_of(agent->wait_for("collect"));
    agent->say_collected(first, 1, 1, 1);
    REQUIRE(it.wait_for([&] { return it.collected.has_value(); }));
    it.collect();
    CHECK(id_of(agent->wait_for("collect")) != first);
  }

  TEST_CASE("a question asked again is a new one: the old answer is not taken, nor its time-out") {
    Listening it;
    const auto agent = it.greet();
    it.hub->set_subjects({agent->pid()});
    bool forgotten_called = false;
    it.hub->collect(std::chrono::milliseconds(1),
                    [&](const Result<Collected>&) { forgotten_called = true; });
    const int first = id_of(agent->wait_for("collect"));
    if (forgotten_called) return;  // the time-out was quicker than we are
    it.collect();
    const int second = id_of(agent->wait_for("collect"));
    it.settle();
    CHECK_FALSE(it.collected);
    agent->say_collected(first, 1, 111, 1);
    agent->say_collected(second, 1, 222, 1);
    REQUIRE(it.wait_for([&] { return it.collected.has_value(); }));
    REQUIRE(*it.collected);
    CHECK((*it.collected)->memory.heap_used.count == 222);
    CHECK_FALSE(forgotten_called);
  }

  TEST_CASE("a subject that disconnects during a collection ends it, by name; the others live on") {
    Listening it;
    const auto one = it.greet();
    const auto two = it.greet();
    it.hub->set_subjects({one->pid(), two->pid()});
    it.collect();
    one->say_collected(id_of(one->wait_for("collect")), 1, 1, 4);
    two->close();
    REQUIRE(it.wait_for([&] { return it.collected.has_value(); }));
    REQUIRE_FALSE(*it.collected);
    CHECK(it.collected->error().kind == ErrorKind::target);
    CHECK(it.collected->error().message ==
          "the service disconnected (process " + std::to_string(two->pid()) + ")");
    CHECK_FALSE(it.collected->error().hint.empty());

    it.collect();  // of those that are left
    one->say_collected(id_of(one->wait_for("collect")), 1, 1, 4);
    REQUIRE(it.wait_for([&] { return it.collected.has_value(); }));
    REQUIRE(*it.collected);
    CHECK((*it.collected)->processes == 1);
  }

  TEST_CASE("a bystander that disconnects, or a subject that has answered, ends nothing") {
    Listening it;
    const auto one = it.greet();
    const auto two = it.greet();
    const auto bystander = it.greet();
    it.hub->set_subjects({one->pid(), two->pid()});
    it.collect();
    const int id = id_of(one->wait_for("collect"));
    bystander->close();
    one->say_collected(id, 1, 5, 1);
    one->close();
    it.settle();
    CHECK_FALSE(it.collected);
    two->say_collected(id, 1, 5, 1);
    REQUIRE(it.wait_for([&] { return it.collected.has_value(); }));
    CHECK(*it.collected);
  }

  TEST_CASE("a subject that does not answer: time is out") {
    Listening it;
    const auto agent = it.greet();
    it.hub->set_subjects({agent->pid()});
    it.collect(std::chrono::milliseconds(5));
    REQUIRE(it.wait_for([&] { return it.collected.has_value(); }));
    REQUIRE_FALSE(*it.collected);
    CHECK(it.collected->error().kind == ErrorKind::target);
    CHECK(it.collected->error().message.find("its event loop is blocked") != std::string::npos);
    // The answer that comes after all is no answer to the next question.
    const int late = id_of(agent->wait_for("collect"));
    it.collect();
    agent->say_collected(late, 1, 1, 1);
    it.settle();
    CHECK_FALSE(it.collected);
  }

  TEST_CASE("an agent that cannot do it says why") {
    Listening it;
    const auto agent = it.greet();
    it.hub->set_subjects({agent->pid()});
    it.collect();
    const int id = id_of(agent->wait_for("collect"));
    agent->send(R"({"type":"error","id":)" + std::to_string(id + 1) + R"(,"message":"other"})");
    it.settle();
    CHECK_FALSE(it.collected);
    agent->send(R"({"type":"error","id":)" + std::to_string(id) + R"(,"message":"no gc"})");
    REQUIRE(it.wait_for([&] { return it.collected.has_value(); }));
    REQUIRE_FALSE(*it.collected);
    CHECK(it.collected->error().message.find("no gc") != std::string::npos);
  }

  TEST_CASE("freeze is answered when every subject has frozen") {
    Listening it(model::Mode::freeze);
    const auto one = it.greet();
    const auto two = it.greet();
    it.hub->set_subjects({one->pid(), two->pid()});
    std::optional<Result<void>> frozen;
    it.hub->freeze([&](Result<void> result) { frozen = result; });
    const int id = id_of(one->wait_for("freeze"));
    one->send(R"({"type":"frozen","id":)" + std::to_string(id) + "}");
    it.settle();
    CHECK_FALSE(frozen);
    two->send(R"({"type":"frozen","id":)" + std::to_string(id) + "}");
    REQUIRE(it.wait_for([&] { return frozen.has_value(); }));
    CHECK(*frozen);
  }

  TEST_CASE("one thread of one subject writes a snapshot, and every way not to is told") {
    Listening it;
    const auto one = it.greet();
    const auto two = it.greet();
    it.hub->set_subjects({one->pid(), two->pid()});
    std::optional<Result<std::chrono::milliseconds>> taken;
    const auto take = [&](int pid, int thread, Duration timeout) {
      taken.reset();
      it.hub->take_snapshot(pid, thread, "/srv/run/heap-1.heapsnapshot", timeout,
                            [&](Result<std::chrono::milliseconds> result) { taken = result; });
    };
    take(two->pid(), 0, kPatience);
    const std::string line = two->wait_for("snapshot");
    CHECK(line.find("\"file\":\"/srv/run/heap-1.heapsnapshot\"") != std::string::npos);
    const std::string id = std::to_string(id_of(line));
    one->send(R"({"type":"snapshotTaken","id":)" + id + R"(,"ms":1})");  // it was not asked
    it.settle();
    CHECK_FALSE(taken);
    two->send(R"({"type":"snapshotTaken","id":)" + id + R"(,"ms":412.4})");
    REQUIRE(it.wait_for([&] { return taken.has_value(); }));
    REQUIRE(*taken);
    CHECK((*taken)->count() == 412);

    take(two->pid(), 7, kPatience);
    REQUIRE(taken);
    CHECK(taken->error().message.find("has no thread 7") != std::string::npos);
    take(one->pid(), 0, std::chrono::milliseconds(5));
    REQUIRE(it.wait_for([&] { return taken.has_value(); }));
    REQUIRE_FALSE(*taken);
    CHECK(taken->error().kind == ErrorKind::target);
    CHECK(taken->error().message.find("did not write a heap snapshot") != std::string::npos);
    one->wait_for("snapshot");

    take(one->pid(), 0, kPatience);
    const std::string last = std::to_string(id_of(one->wait_for("snapshot")));
    one->send(R"({"type":"error","id":)" + last + R"(,"message":"ENOSPC: no space left"})");
    REQUIRE(it.wait_for([&] { return taken.has_value(); }));
    REQUIRE_FALSE(*taken);
    CHECK(taken->error().message.find("ENOSPC") != std::string::npos);

    take(one->pid(), 0, kPatience);
    one->close();
    REQUIRE(it.wait_for([&] { return taken.has_value(); }));
    REQUIRE_FALSE(*taken);
    CHECK(taken->error().message.find("disconnected") != std::string::npos);
  }

  TEST_CASE("the clock is moved in every subject, and the timers that fired are summed") {
    Listening it;
    const auto one = it.greet();
    const auto two = it.greet();
    it.hub->set_subjects({one->pid(), two->pid()});
    std::optional<Result<ClockMove>> moved;
    const auto move = [&](Duration timeout) {
      moved.reset();
      it.hub->move_clock(std::chrono::minutes(10), timeout,
                         [&](Result<ClockMove> result) { moved = result; });
    };
    move(kPatience);
    const std::string line = one->wait_for("clock");
    CHECK(line.find("\"aheadMs\":600000") != std::string::npos);
    const std::string id = std::to_string(id_of(line));
    one->send(R"({"type":"clockMoved","id":)" + id + R"(,"timers":3})");
    one->send(R"({"type":"clockMoved","id":)" + id + R"(,"timers":100})");  // twice: not counted
    it.settle();
    CHECK_FALSE(moved);
    two->send(R"({"type":"clockMoved","id":)" + id + R"(,"timers":4})");
    REQUIRE(it.wait_for([&] { return moved.has_value(); }));
    REQUIRE(*moved);
    CHECK((*moved)->timers == 7);

    move(std::chrono::milliseconds(5));
    REQUIRE(it.wait_for([&] { return moved.has_value(); }));
    REQUIRE_FALSE(*moved);
    CHECK(moved->error().kind == ErrorKind::target);
    CHECK(moved->error().message.find("did not move its clock on") != std::string::npos);

    move(kPatience);
    two->wait_for("clock");  // the first two
    two->wait_for("clock");
    const int last = id_of(two->wait_for("clock"));
    two->send(R"({"type":"error","id":)" + std::to_string(last) + R"(,"message":"no inspector"})");
    REQUIRE(it.wait_for([&] { return moved.has_value(); }));
    REQUIRE_FALSE(*moved);
    CHECK(moved->error().message.find("no inspector") != std::string::npos);

    move(kPatience);  // a callback that throws ends the service
    two->close();
    REQUIRE(it.wait_for([&] { return moved.has_value(); }));
    REQUIRE_FALSE(*moved);
    CHECK(moved->error().message.find("disconnected") != std::string::npos);
  }

  TEST_CASE("stand-ins: the environment names them, and what the agents tell of them is summed") {
    Listening it(model::Mode::quiet, {"sharp", "canvas"});
    const auto environment = it.hub->environment();
    CHECK(environment.back() ==
          std::pair<std::string, std::string>("LEAKCHECK_STAND_INS", "sharp,canvas"));
    CHECK(it.hub->problems().size() == 2);
    const auto one = it.greet();
    const auto two = it.greet();
    for (const char* const line :
         {R"({"type":"standIn","module":"sharp","uses":0})",
          R"({"type":"standIn","module":"sharp","uses":5})",
          R"({"type":"standIn","module":"sharp","uses":7})",
          R"({"type":"error","id":0,"message":"cannot replace what import loads"})"}) {
      one->send(line);
      two->send(line);
    }
    REQUIRE(it.wait_for([&] { return it.hub->stand_ins()[0].uses == 14; }));
    it.settle();
    CHECK(it.hub->stand_ins()[0].loaded);
    CHECK_FALSE(it.hub->stand_ins()[1].loaded);
    const auto problems = it.hub->problems();
    REQUIRE(problems.size() == 2);
    CHECK(problems[0] == "cannot replace what import loads");
    CHECK(problems[1].find("never loaded canvas") != std::string::npos);
  }
}
