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

#include "fake_agent.hpp"
#include "harness/agent/agent_hub.hpp"
#include "harness/base/file.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;
using namespace leakcheck::agent;

namespace {

constexpr std::chrono::seconds kPatience{10};

struct Listening {
  fs::path folder;
  EventLoop loop;
  std::vector<Process> hellos;
  std::vector<model::Sample> samples;
  std::vector<model::ProcessWarning> warnings;
  std::unique_ptr<AgentHub> hub;
  std::string socket;

  explicit Listening(model::Mode mode = model::Mode::quiet) {
    std::string name = (fs::temp_directory_path() / "leakcheck-unit-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    AgentHub::Callbacks callbacks;
    callbacks.on_hello = [this](const Process& process) { hellos.push_back(process); };
    callbacks.on_sample = [this](const model::Sample& sample) { samples.push_back(sample); };
    callbacks.on_warning = [this](const model::ProcessWarning& it) { warnings.push_back(it); };
    auto listening = AgentHub::listen(folder, mode, loop, callbacks);
    REQUIRE(listening);
    hub = std::move(*listening);
    socket = hub->environment().front().second;
  }
  ~Listening() {
    hub.reset();
    fs::remove_all(folder);
  }

  /// An agent that has said hello, and has been welcomed.
  std::unique_ptr<FakeAgent> greet() {
    auto agent = std::make_unique<FakeAgent>(socket, loop);
    agent->say_hello();
    REQUIRE_FALSE(agent->wait_for("welcome").empty());
    return agent;
  }
  bool wait_for(const std::function<bool()>& done) {
    return loop.run_until(done, loop.now() + kPatience);
  }
  /// Lets everything that is on its way arrive.
  void settle() {
    loop.run_until([] { return false; }, loop.now() + std::chrono::milliseconds(20));
  }

  std::optional<Result<Collected>> collected;
  void collect(Duration timeout = kPatience) {
    collected.reset();
    hub->collect(timeout, [this](Result<Collected> result) { collected = result; });
  }
};

int id_of(const std::string& line) {
  const auto at = line.find("\"id\":");
  REQUIRE(at != std::string::npos);
  return std::atoi(line.c_str() + at + 5);
}

bool has(const std::vector<std::string>& lines, const std::string& type) {
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.find('"' + type + '"') != std::string::npos;
  });
}

}  // namespace

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
    const auto environment = it.hub->environment();
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
    liar.send(R"({"type":"hello","protocol":1,"agent":"0.1.0","pid":1,"ppid":0,"node":"20.0.0",)"
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
