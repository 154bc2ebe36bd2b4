// The hub against fake agents over its real socket, each with a pid of its own.
#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "harness/base/file.hpp"
#include "listening_hub.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;
using namespace leakcheck::agent;

TEST_SUITE("AgentHub") {
  TEST_CASE("what the target needs: the script as built, the socket, the mode") {
    const Listening it(model::Mode::freeze);
    CHECK(it.hub->script() == it.folder / "leakcheck-agent.cjs");
    const auto script = load_file(it.hub->script());
    REQUIRE(script);
    CHECK(script->rfind("'use strict';", 0) == 0);
    CHECK(script->find("@PROJECT_VERSION@") == std::string::npos);
    struct stat info {};
    ::stat(it.hub->script().c_str(), &info);
    CHECK((info.st_mode & 0777) == 0600);
    for (const char* const part :
         {"leakcheck-clock.cjs", "leakcheck-collector.cjs", "leakcheck-snapshot.cjs",
          "leakcheck-stand-ins.cjs", "leakcheck-waits.cjs"}) {
      const auto text = load_file(it.folder / part);  // beside the script, which loads them
      REQUIRE(text);
      CHECK(text->rfind("'use strict';", 0) == 0);
    }
    const auto environment = it.hub->environment();
    CHECK(environment.size() == 2);
    CHECK(environment[0].first == "LEAKCHECK_SOCKET");
    CHECK(fs::is_socket(environment[0].second));
    CHECK(environment[1] == std::pair<std::string, std::string>("LEAKCHECK_MODE", "freeze"));
  }

  TEST_CASE("hello is answered with welcome, and the process is known from then on") {
    Listening it;
    const auto agent = it.greet();
    REQUIRE(it.hellos.size() == 1);
    CHECK(it.hellos[0].hello.pid == agent->pid());
    CHECK(it.hellos[0].problem.empty());
    const auto processes = it.hub->processes();
    REQUIRE(processes.size() == 1);
    CHECK(processes[0].connected);
    CHECK(processes[0].hello.argv == std::vector<std::string>{"node", "server.js"});
    CHECK(processes[0].requests_seen == 0);
    agent->send(R"({"type":"requests","seen":1})");
    CHECK(it.wait_for([&] { return it.hub->processes()[0].requests_seen == 1; }));
  }

  TEST_CASE("a process speaks for itself only: the hello of another pid is not heard") {
    Listening it;
    FakeAgent liar(it.socket, it.loop);
    liar.send(
        R"({"type":"hello","protocol":1,"agent":"0.1.0","pid":1,"thread":0,"ppid":0,"node":"20.0.0",)"
        R"("v8":"11","argv":[],"canCollect":true})");
    liar.send(R"({"type":"requests","seen":1000})");
    it.settle();
    CHECK(it.hub->processes().empty());
    CHECK(liar.take_lines().empty());
  }

  TEST_CASE("before its hello a process is not heard, and a second hello changes nothing") {
    Listening it;
    FakeAgent agent(it.socket, it.loop);
    agent.send(R"({"type":"requests","seen":5})");
    agent.send(R"({"type":"warning","name":"W","message":"early"})");
    agent.say_hello("20.1.0");
    CHECK_FALSE(agent.wait_for("welcome").empty());
    CHECK(it.hub->processes()[0].requests_seen == 0);
    CHECK(it.warnings.empty());
    agent.say_hello("22.1.0");
    it.settle();
    CHECK(it.hellos.size() == 1);
    CHECK(it.hub->processes()[0].hello.node_version == "20.1.0");
  }

  TEST_CASE("another protocol or an old Node.js: known, with its problem, but never a subject") {
    Listening it;
    FakeAgent other(it.socket, it.loop);
    other.say_hello("20.20.2", 2);
    CHECK(other.wait_for("welcome").find("\"protocol\":1") != std::string::npos);
    FakeAgent old(it.socket, it.loop);
    old.say_hello("16.20.2");
    CHECK_FALSE(old.wait_for("welcome").empty());
    const auto processes = it.hub->processes();
    REQUIRE(processes.size() == 2);
    CHECK(processes[0].problem.find("protocol 2") != std::string::npos);
    CHECK(processes[1].problem.find("16.20.2") != std::string::npos);
    it.hub->set_subjects({other.pid(), old.pid()});
    it.collect();
    REQUIRE(it.collected);  // of nobody: at once
    REQUIRE(*it.collected);
    CHECK((*it.collected)->processes == 0);
    it.settle();
    CHECK(other.take_lines().empty());
    CHECK(old.take_lines().empty());
  }

  TEST_CASE("lines that are none are passed over, and the next one counts") {
    Listening it;
    const auto agent = it.greet();
    agent->send("DEBUG: not for you");
    agent->send(R"({"type":"requests","seen":"many"})");
    agent->send(R"({"type":"requests","seen":3})");
    CHECK(it.wait_for([&] { return it.hub->processes()[0].requests_seen == 3; }));
  }

  TEST_CASE("subjects are asked for samples once, and those that are none any more are silenced") {
    Listening it;
    const auto one = it.greet();
    const auto two = it.greet();
    it.hub->set_subjects({one->pid(), two->pid(), 1});
    CHECK(one->wait_for("sample").find("250") != std::string::npos);
    CHECK_FALSE(two->wait_for("sample").empty());
    it.hub->set_subjects({two->pid()});
    CHECK_FALSE(one->wait_for("silence").empty());
    it.settle();
    CHECK(two->take_lines().empty());
    it.hub->set_subjects({one->pid(), two->pid()});
    CHECK_FALSE(one->wait_for("sample").empty());
  }

  TEST_CASE("samples are the sum over the subjects, pauses and delays the longest") {
    Listening it;
    const auto one = it.greet();
    const auto two = it.greet();
    const auto bystander = it.greet();
    it.hub->set_subjects({one->pid(), two->pid()});
    one->say_sample(100, 10, 1.5, 3);
    REQUIRE(it.wait_for([&] { return it.samples.size() == 1; }));
    CHECK(it.samples[0].memory.heap_used.count == 100);
    bystander->say_sample(7'000'000, 7, 99, 99);
    two->say_sample(20, 5, 4, 2);
    REQUIRE(it.wait_for([&] { return it.samples.size() == 2; }));
    const model::Sample& sum = it.samples[1];
    CHECK(sum.memory.heap_used.count == 120);
    CHECK(sum.memory.rss.count == 2000);
    CHECK(sum.memory.heap_total.count == 4000);
    CHECK(sum.memory.external.count == 60);
    CHECK(sum.memory.array_buffers.count == 8);
    CHECK(sum.requests_seen == 15);
    CHECK(sum.gc_count == 4);
    CHECK(sum.gc_major_count == 2);
    CHECK(sum.gc_total_ms == 5.5);
    CHECK(sum.gc_max_ms == 4);
    CHECK(sum.event_loop_delay_p50_ms == 3);
    CHECK(sum.event_loop_delay_p99_ms == 3);
    CHECK(sum.event_loop_delay_max_ms == 3);
    CHECK(sum.active_handles == 10);
    it.settle();
    CHECK(it.samples.size() == 2);
    // What a bystander saw counts all the same.
    CHECK(it.hub->processes()[2].requests_seen == 7);
  }

  TEST_CASE("warnings are passed on, from any process, a hundred at most") {
    Listening it;
    const auto agent = it.greet();
    for (int i = 0; i < 150; ++i)
      agent->send(R"({"type":"warning","name":"W","message":")" + std::to_string(i) + "\"}");
    agent->send(R"({"type":"requests","seen":1})");
    REQUIRE(it.wait_for([&] { return it.hub->processes()[0].requests_seen == 1; }));
    REQUIRE(it.warnings.size() == 100);
    CHECK(it.warnings[99].message == "99");
  }

  TEST_CASE("the requests of a process that is gone still count, those without any are forgotten") {
    Listening it;
    const auto worker = it.greet();
    const auto short_lived = it.greet();
    worker->send(R"({"type":"requests","seen":1})");
    REQUIRE(it.wait_for([&] { return it.hub->processes()[0].requests_seen == 1; }));
    worker->close();
    short_lived->close();
    REQUIRE(it.wait_for([&] { return !it.hub->processes()[1].connected; }));
    CHECK_FALSE(it.hub->processes()[0].connected);
    const auto next = it.greet();
    const auto processes = it.hub->processes();
    REQUIRE(processes.size() == 2);
    CHECK(processes[0].hello.pid == worker->pid());
    CHECK(processes[1].hello.pid == next->pid());
  }

  TEST_CASE(
      "too many connections: those past the limit are closed, and there is room again later") {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    REQUIRE(limit.rlim_cur >= 2200);
    {
      Listening it;
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      std::memcpy(address.sun_path, it.socket.data(), it.socket.size());
      std::vector<UniqueFd> crowd;
      for (int i = 0; i < 1030; ++i) {
        crowd.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        REQUIRE(::connect(crowd.back().get(), reinterpret_cast<sockaddr*>(&address),
                          sizeof address) == 0);
        it.loop.run_once(it.loop.now());
      }
      it.settle();
      const auto count_closed = [&] {
        char byte = 0;
        return std::count_if(crowd.begin(), crowd.end(), [&](const UniqueFd& fd) {
          return ::recv(fd.get(), &byte, 1, MSG_DONTWAIT) == 0;
        });
      };
      CHECK(count_closed() == 6);
      crowd.clear();
      it.settle();
      const auto agent = it.greet();
      CHECK(it.hub->processes().size() == 1);
    }
    limit.rlim_cur = before;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }

  TEST_CASE("a process of another user is not served" * doctest::skip(::geteuid() != 0)) {
    Listening it;
    // What keeps others out is the mode of the socket and of its folder; this is the second lock.
    fs::permissions(it.socket, fs::perms::all);
    fs::permissions(it.folder, fs::perms::all);
    const int pid = ::fork();
    if (pid == 0) {
      if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(2);
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      std::memcpy(address.sun_path, it.socket.data(), it.socket.size());
      const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
      if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) ::_exit(3);
      char byte = 0;
      ::_exit(::recv(fd, &byte, 1, 0) == 0 ? 0 : 4);
    }
    int status = 0;
    REQUIRE(it.wait_for([&] {
      it.loop.run_once(it.loop.now() + std::chrono::milliseconds(1));
      return ::waitpid(pid, &status, WNOHANG) == pid;
    }));
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }

  TEST_CASE("going, the hub says bye to everyone, and its socket goes too") {
    Listening it;
    const auto agent = it.greet();
    it.hub->set_subjects({agent->pid()});
    it.collect();
    it.hub.reset();
    CHECK_FALSE(agent->wait_for("bye").empty());
    CHECK(agent->wait_for_end());
    CHECK_FALSE(fs::exists(it.socket));
    CHECK_FALSE(it.collected);
  }

  TEST_CASE("bye arrives even when the agent was just saying something") {
    Listening it;
    const auto agent = it.greet();
    agent->say_sample(1, 1, 1, 1);  // unread when the hub closes: the kernel resets the socket
    it.hub.reset();
    CHECK_FALSE(agent->wait_for("bye").empty());
  }

  TEST_CASE("a run folder that cannot be written to is an error of its own") {
    EventLoop loop;
    const auto hub = AgentHub::listen("/proc/nowhere", model::Mode::quiet, loop, {});
    REQUIRE_FALSE(hub);
    CHECK(hub.error().kind == ErrorKind::io);
    CHECK(hub.error().message.find("/proc/nowhere") != std::string::npos);
    CHECK_FALSE(hub.error().hint.empty());
  }
}
