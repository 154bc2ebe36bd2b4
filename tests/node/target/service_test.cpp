// Real processes. What a whole run makes of each fault is in tests/system; here is what only the
// target itself can show.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/file.hpp"
#include "harness/base/unique_fd.hpp"
#include "harness/target/processes.hpp"
#include "tests/node/target/launch.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;
using namespace leakcheck::target;
using namespace leakcheck::test;
using model::TargetEnd;

namespace {

UniqueFd listen_on(int port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(fd.get(), 1) == 0);
  return fd;
}

}  // namespace

TEST_SUITE("Service") {
  TEST_CASE("it is launched, found on its port, stopped, and nothing is left") {
    Launch launch({"node", "-e", kServer});
    auto target = launch.launch();
    REQUIRE(target);
    REQUIRE(launch.wait_until_ready(**target));
    CHECK((*target)->find_listeners() == std::vector<int>{(*target)->pid()});
    CHECK((*target)->url() == "http://127.0.0.1:" + std::to_string((*target)->port()));
    CHECK(group_of((*target)->pid()) == (*target)->pid());
    const Exit exit = (*target)->stop({});
    CHECK(exit.end == TargetEnd::stopped);
    CHECK(exit.signal == SIGTERM);
    CHECK(launch.marked().empty());
    CHECK((*target)->log_tail(5) == std::vector<std::string>{"listening"});
  }

  TEST_CASE("the service gets a clean signal mask, whatever we block") {
    sigset_t blocked, before;
    sigfillset(&blocked);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    Launch launch({"node", "-e", kServer});
    auto target = launch.launch();
    sigprocmask(SIG_SETMASK, &before, nullptr);
    REQUIRE(target);
    REQUIRE(launch.wait_until_ready(**target));
    const auto status = load_file("/proc/" + std::to_string((*target)->pid()) + "/status");
    REQUIRE(status);
    CHECK(status->find("SigBlk:\t0000000000000000") != std::string::npos);
  }

  TEST_CASE("the service gets nothing of ours: no descriptor, no ignored SIGPIPE, no input") {
    const UniqueFd inheritable(::open("/dev/null", O_RDONLY));
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    Launch launch({"sleep", "1000"});
    auto target = launch.launch();
    ::signal(SIGPIPE, before);
    REQUIRE(target);
    const std::string proc = "/proc/" + std::to_string((*target)->pid());
    const auto count_descriptors = [&] {
      return std::distance(fs::directory_iterator(proc + "/fd"), fs::directory_iterator());
    };
    // While it starts, the program itself holds its libraries open for a moment.
    const TimePoint deadline = launch.loop.now() + kPatience;
    bool only_three = count_descriptors() == 3;
    while (!only_three && launch.loop.now() < deadline) {
      launch.loop.run_until([] { return false; },
                            launch.loop.now() + std::chrono::milliseconds(10));
      only_three = count_descriptors() == 3;
    }
    CHECK(only_three);
    CHECK(fs::read_symlink(proc + "/fd/0") == "/dev/null");
    const auto status = load_file(proc + "/status");
    const auto ignored = status->find("SigIgn:\t");
    REQUIRE(ignored != std::string::npos);
    CHECK((std::stoull(status->substr(ignored + 8, 16), nullptr, 16) & (1 << (SIGPIPE - 1))) == 0);
  }

  TEST_CASE("the IPC channel of a Node.js that started leakcheck is not the service's") {
    ::setenv("NODE_CHANNEL_FD", "77", 1);
    Launch launch({"node", "-e", kServer});
    auto target = launch.launch();
    ::unsetenv("NODE_CHANNEL_FD");
    REQUIRE(target);
    CHECK(launch.wait_until_ready(**target));
  }

  TEST_CASE("what the user preloads stays, in front of what we do") {
    Launch launch({"node", "-p", "process.env.LD_PRELOAD"});
    launch.preload = "/dev/null";
    auto alone = launch.launch();
    REQUIRE(alone);
    CHECK_FALSE(launch.wait_until_ready(**alone));
    CHECK(load_file((*alone)->stdout_log()) == "/dev/null\n");
    alone->reset();
    launch.spec.env.emplace_back("LD_PRELOAD", text("/dev/zero"));
    auto both = launch.launch();
    REQUIRE(both);
    CHECK_FALSE(launch.wait_until_ready(**both));
    CHECK(load_file((*both)->stdout_log()) == "/dev/zero:/dev/null\n");
  }

  TEST_CASE("a line of any length, and one that ends as on Windows, can be matched") {
    Launch launch({"node", "-e",
                   "console.log('a'.repeat(60000)); process.stdout.write('listening\\r\\n');"
                   "setInterval(() => {}, 1000)"});
    launch.spec.ready.probe = model::LogReady{"(a|b)*c|^listening$"};
    auto target = launch.launch();
    REQUIRE(target);
    CHECK(launch.wait_until_ready(**target));
  }

  TEST_CASE("dead before anybody asked whether it is ready: told at once") {
    Launch launch({"/bin/sh", "-c", "exit 4"});
    auto target = launch.launch();
    REQUIRE(target);
    REQUIRE(launch.loop.run_until([&] { return (*target)->exit().has_value(); },
                                  launch.loop.now() + kPatience));
    // A zombie, so that nobody else is given its number while we may still send a signal there.
    const int pid = (*target)->pid();
    CHECK(is_zombie(pid));
    const auto ready = launch.wait_until_ready(**target);
    REQUIRE_FALSE(ready);
    CHECK(ready.error().error.message.find("exit code 4") != std::string::npos);
    (*target)->stop({});
    CHECK(::kill(pid, 0) != 0);
  }

  TEST_CASE("stopped before it was ready: whoever waited is called no more") {
    Launch launch({"sleep", "1000"});
    launch.spec.ready.timeout = std::chrono::milliseconds(30);
    auto target = launch.launch();
    REQUIRE(target);
    bool called = false;
    (*target)->when_ready([&](const tl::expected<void, Failure>&) { called = true; });
    (*target)->stop({});
    launch.loop.run_until([] { return false; }, launch.loop.now() + std::chrono::milliseconds(60));
    CHECK_FALSE(called);
  }

  TEST_CASE("the service below a shell may take its time to stop") {
    Launch launch({"/bin/sh", "-c", "node -e \"$SCRIPT\" & wait"});
    launch.spec.env.emplace_back(
        "SCRIPT",
        text(std::string(kServer) +
             "process.on('SIGTERM', () => setTimeout(() => {"
             "require('node:fs').writeFileSync('closed', ''); process.exit(); }, 300));"));
    auto target = launch.launch();
    REQUIRE(target);
    REQUIRE(launch.wait_until_ready(**target));
    CHECK((*target)->stop({}).end == TargetEnd::stopped);
    CHECK(fs::exists(launch.folder / "closed"));
  }

  TEST_CASE("a service below a shell that ignores the signal is killed, and it is said") {
    Launch launch({"/bin/sh", "-c", "node -e \"$SCRIPT\" & wait"});
    launch.spec.env.emplace_back("SCRIPT",
                                 text(std::string(kServer) + "process.on('SIGTERM', () => {})"));
    launch.spec.stop.timeout = std::chrono::milliseconds(200);
    auto target = launch.launch();
    REQUIRE(target);
    REQUIRE(launch.wait_until_ready(**target));
    const Exit exit = (*target)->stop({});
    CHECK(exit.end == TargetEnd::killed);
    CHECK(exit.message.find("SIGTERM") != std::string::npos);
    CHECK(launch.marked().empty());
  }

  TEST_CASE("processes that it leaves behind do not pile up as zombies") {
    Launch launch({"/bin/sh", "-c", "(sleep 0.1 & ) ; (sleep 0.1 & ) ; exec sleep 1000"});
    auto target = launch.launch();
    REQUIRE(target);
    const auto count_zombies = [] {
      int count = 0;
      for (const int pid : list_processes())
        if (parent_of(pid) == ::getpid() && is_zombie(pid)) ++count;
      return count;
    };
    const auto soon = [&](const std::function<bool()>& done) {
      const TimePoint deadline = launch.loop.now() + kPatience;
      while (!done() && launch.loop.now() < deadline)
        launch.loop.run_until([] { return false; },
                              launch.loop.now() + std::chrono::milliseconds(10));
      return done();
    };
    REQUIRE(soon([&] { return count_zombies() > 0; }));
    CHECK(soon([&] { return count_zombies() == 0; }));
    CHECK_FALSE((*target)->exit());
  }

  TEST_CASE("ready by a line of its log, in either stream") {
    for (const std::string stream : {"stdout", "stderr"}) {
      Launch launch({"node", "-e",
                     "process." + stream +
                         ".write('server: list');"
                         "setTimeout(() => process." +
                         stream + ".write('ening\\n'), 20); setInterval(() => {}, 1000)"});
      launch.spec.ready.probe = model::LogReady{"list.*ing$"};
      auto target = launch.launch();
      REQUIRE(target);
      CHECK(launch.wait_until_ready(**target));
    }
  }

  TEST_CASE("destroying it ends the group, and children that left it") {
    Launch launch({"node", "-e",
                   "const { spawn } = require('node:child_process');"
                   "const idle = ['-e', 'setInterval(() => {}, 1000)'];"
                   "spawn(process.execPath, idle, { detached: true, stdio: 'ignore' });"
                   "spawn('setsid', ['-f', process.execPath, ...idle], { env: { PATH: "
                   "process.env.PATH } });"
                   "setTimeout(() => console.log('spawned'), 300);"
                   "setInterval(() => {}, 1000)"});
    launch.spec.ready.probe = model::LogReady{"spawned"};
    auto target = launch.launch();
    REQUIRE(target);
    REQUIRE(launch.wait_until_ready(**target));
    // The one without our mark has come back to us as an orphan: we are its subreaper.
    const auto strays = find_strays(::getpid(), launch.mark, 0);
    CHECK(strays.size() >= 3);
    target->reset();
    for (const int pid : strays) CHECK_MESSAGE(::kill(pid, 0) != 0, "process ", pid, " is left");
    CHECK(launch.marked().empty());
  }

  TEST_CASE("a flag of the scenario that Node.js refuses is named") {
    Launch launch({"node", "-e", kServer});
    launch.spec.node_flags = {"--no-opt"};
    auto target = launch.launch();
    REQUIRE(target);
    const auto ready = launch.wait_until_ready(**target);
    REQUIRE_FALSE(ready);
    CHECK(ready.error().end == TargetEnd::early_exit);
    CHECK(ready.error().error.message.find("exit code 9") != std::string::npos);
    CHECK(ready.error().error.hint.find("--no-opt") != std::string::npos);
  }

  TEST_CASE("--expose-gc refused, as Node.js 18 does: started again without it") {
    Launch launch({"/bin/sh", "-c",
                   "case \"$NODE_OPTIONS\" in *--expose-gc*) "
                   "echo 'node: --expose-gc is not allowed in NODE_OPTIONS' >&2; exit 9;; esac; "
                   "exec node -e \"$SCRIPT\""});
    launch.spec.env.emplace_back("SCRIPT", text(kServer));
    auto target = launch.launch();
    REQUIRE(target);
    CHECK(launch.wait_until_ready(**target));
    (*target)->stop({});
    // The refusal is not part of its log: else it would be the last words of any later death.
    CHECK((*target)->log_tail(5) == std::vector<std::string>{"listening"});
    CHECK(*load_file((*target)->stderr_log()) == "");
  }

  TEST_CASE("started again without --expose-gc, it is judged by what it dies of then") {
    Launch launch({"/bin/sh", "-c",
                   "case \"$NODE_OPTIONS\" in *--expose-gc*) "
                   "echo 'node: --expose-gc is not allowed in NODE_OPTIONS' >&2; exit 9;; esac; "
                   "echo no database >&2; exit 3"});
    auto target = launch.launch();
    REQUIRE(target);
    const auto ready = launch.wait_until_ready(**target);
    REQUIRE_FALSE(ready);
    CHECK(ready.error().error.message.find("exit code 3") != std::string::npos);
    CHECK(ready.error().error.hint.find("--expose-gc") == std::string::npos);
    CHECK((*target)->log_tail(5) == std::vector<std::string>{"no database"});
  }

  TEST_CASE("the port of somebody else is noticed after the launch too") {
    // The service never listens; a stranger takes the port it was given and answers.
    Launch launch({"node", "-e", "setInterval(() => {}, 1000)"});
    auto target = launch.launch();
    REQUIRE(target);
    const UniqueFd stranger = listen_on((*target)->port());
    const auto ready = launch.wait_until_ready(**target);
    REQUIRE_FALSE(ready);
    CHECK(ready.error().end == TargetEnd::port_taken);
    CHECK(ready.error().error.message.find("process") != std::string::npos);
  }

  TEST_CASE("shell: a shell line, with the port in it") {
    Launch launch({"exec node -e \"$SCRIPT\" # {{ $port }}"});
    launch.spec.shell = true;
    launch.spec.env.emplace_back("SCRIPT", text(kServer));
    auto target = launch.launch();
    REQUIRE(target);
    CHECK(launch.wait_until_ready(**target));
    CHECK((*target)->command().front() == "/bin/sh");
  }

  TEST_CASE("a folder or a file that is not there is named") {
    Launch nowhere({"node", "-e", ""});
    nowhere.spec.cwd = "/no/such/folder";
    const auto no_folder = nowhere.launch();
    REQUIRE_FALSE(no_folder);
    CHECK(no_folder.error().end == TargetEnd::not_started);
    CHECK(no_folder.error().error.message.find("/no/such/folder") != std::string::npos);

    Launch script({"./server.sh"});
    REQUIRE(write_file(script.folder / "server.sh", "#!/bin/sh\n", 0644));
    const auto not_executable = script.launch();
    REQUIRE_FALSE(not_executable);
    CHECK(not_executable.error().error.message.find("not executable") != std::string::npos);

    Launch broken({"./server.sh"});
    REQUIRE(write_file(broken.folder / "server.sh", "no #! line", 0755));
    const auto no_interpreter = broken.launch();
    REQUIRE_FALSE(no_interpreter);
    CHECK(no_interpreter.error().error.hint.find("#!") != std::string::npos);
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no zombie of what could not be executed
  }
}
