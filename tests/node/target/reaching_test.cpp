// Services that are reached by TLS and by unix sockets.
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/unique_fd.hpp"
#include "harness/target/unix_sockets.hpp"
#include "tests/node/target/launch.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;
using namespace leakcheck::target;
using namespace leakcheck::test;
using model::TargetEnd;

namespace {

/// A certificate for 127.0.0.1 that nobody has signed but itself.
void make_certificate(const fs::path& folder) {
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
      "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout '" +
      (folder / "key.pem").string() + "' -out '" + (folder / "cert.pem").string() +
      "' 2> /dev/null";
  REQUIRE(::system(command.c_str()) == 0);
}

constexpr const char* kTlsServer =
    "const fs = require('node:fs'); let count = 0;"
    "require('node:https').createServer({ key: fs.readFileSync('key.pem'),"
    "  cert: fs.readFileSync('cert.pem') }, (request, response) => {"
    "    response.statusCode = request.url !== '/api/healthz' ? 404 : count++ < 2 ? 503 : 200;"
    "    response.write('and no end');"
    "  }).listen(process.env.PORT, '127.0.0.1')";

/// Over TLS, with a certificate in its folder, ready at /api/healthz.
struct TlsLaunch : Launch {
  TlsLaunch() : Launch({"node", "-e", kTlsServer}) {
    make_certificate(folder);
    spec.url = text("https://127.0.0.1:{{ $port }}/api");
    spec.ready.probe = model::HttpReady{"/healthz", {}};
    spec.tls.ca_file = folder / "cert.pem";
  }
};

constexpr const char* kSocketServer =
    "require('node:http').createServer((request, response) => response.end(request.url))"
    "  .listen(process.env.SOCKET)";

struct SocketLaunch : Launch {
  fs::path socket;

  SocketLaunch() : Launch({"node", "-e", kSocketServer}), socket(folder / "app.sock") {
    spec.url = text("http://localhost");
    spec.socket_path = socket;
    spec.env = {{"SOCKET", text(socket.string())}};
  }
};

UniqueFd listen_on(const fs::path& socket) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = unix_address(socket);
  REQUIRE(address);
  REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address->storage), address->size) ==
          0);
  REQUIRE(::listen(fd.get(), 1) == 0);
  return fd;
}

}  // namespace

TEST_SUITE("Reaching a service") {
  TEST_CASE("https: ready when its status is, trusted by the CA file") {
    TlsLaunch launch;
    auto target = launch.launch();
    REQUIRE(target);
    REQUIRE(launch.wait_until_ready(**target));
    CHECK((*target)->find_listeners() == std::vector<int>{(*target)->pid()});
    CHECK((*target)->url().starts_with("https://127.0.0.1:"));
    CHECK((*target)->stop({}).end == TargetEnd::stopped);
  }

  TEST_CASE("https: verify off trusts everybody; TCP readiness looks at no certificate") {
    TlsLaunch launch;
    launch.spec.tls = {{}, false};
    SUBCASE("http") {}
    SUBCASE("tcp") {
      launch.spec.tls.verify = true;
      launch.spec.ready.probe = model::TcpReady{};
    }
    auto target = launch.launch();
    REQUIRE(target);
    CHECK(launch.wait_until_ready(**target));
  }

  TEST_CASE("https: what is wrong is said, with the cure") {
    TlsLaunch launch;
    launch.spec.ready.timeout = std::chrono::seconds(4);  // a busy machine starts Node.js slowly
    std::string expected;
    SUBCASE("no CA file") {
      launch.spec.tls.ca_file.clear();
      expected = "name the certificate in target.tls.ca, or write target.tls.verify: false";
    }
    SUBCASE("a CA file that is none") {
      launch.spec.tls.ca_file = launch.folder / "agent.cjs";
      expected = "of target.tls.ca holds no certificate in PEM form";
    }
    SUBCASE("no TLS") {
      launch.spec.command.back() = text(kServer);
      expected = "it does not speak TLS";
    }
    SUBCASE("a status that is not accepted") {
      launch.spec.ready.probe = model::HttpReady{"/elsewhere", {}};
      expected = "GET /elsewhere answers 404";
    }
    SUBCASE("nobody") {
      launch.spec.command.back() = text("setInterval(() => {}, 1000)");
      expected = "nobody listens there";
    }
    auto target = launch.launch();
    REQUIRE(target);
    const auto ready = launch.wait_until_ready(**target);
    REQUIRE_FALSE(ready);
    CHECK(ready.error().end == TargetEnd::never_ready);
    CHECK_MESSAGE(ready.error().error.message.find(expected) != std::string::npos,
                  ready.error().error.message);
  }

  TEST_CASE("unix socket: ready by connecting and by HTTP, its process found, gone in the end") {
    SocketLaunch launch;
    SUBCASE("tcp") {}
    SUBCASE("http") {
      launch.spec.ready.probe = model::HttpReady{"/healthz", 200};
    }
    auto target = launch.launch();
    REQUIRE(target);
    REQUIRE(launch.wait_until_ready(**target));
    CHECK((*target)->find_listeners() == std::vector<int>{(*target)->pid()});
    CHECK((*target)->stop({}).end == TargetEnd::stopped);
    CHECK_FALSE(is_listened_on(launch.socket));
  }

  TEST_CASE("unix socket: a service may name it relative to its folder") {
    SocketLaunch launch;
    launch.spec.env = {{"SOCKET", text("./app.sock")}};
    auto target = launch.launch();
    REQUIRE(target);
    REQUIRE(launch.wait_until_ready(**target));
    CHECK((*target)->find_listeners() == std::vector<int>{(*target)->pid()});
  }

  TEST_CASE("unix socket: https goes over it too") {
    SocketLaunch launch;
    make_certificate(launch.folder);
    launch.spec.command.back() = text(
        "const fs = require('node:fs'); require('node:https').createServer({ key: "
        "fs.readFileSync('key.pem'), cert: fs.readFileSync('cert.pem') }, (request, response) "
        "=> response.end('ok')).listen(process.env.SOCKET)");
    launch.spec.url = text("https://localhost");
    launch.spec.tls.ca_file = launch.folder / "cert.pem";
    launch.spec.ready.probe = model::HttpReady{"/", 200};
    auto target = launch.launch();
    REQUIRE(target);
    CHECK(launch.wait_until_ready(**target));
  }

  TEST_CASE("unix socket: one that somebody listens on is refused, and who it is said") {
    SocketLaunch launch;
    const UniqueFd stranger = listen_on(launch.socket);
    const auto target = launch.launch();
    REQUIRE_FALSE(target);
    CHECK(target.error().end == TargetEnd::port_taken);
    CHECK(target.error().error.message.find(launch.socket.string() + " of target.socketPath") !=
          std::string::npos);
    CHECK(target.error().error.message.find("process " + std::to_string(::getpid())) !=
          std::string::npos);
    CHECK(target.error().error.hint == "end that process, or give the service another socket");
  }

  TEST_CASE("unix socket: a file that nobody listens on is no hindrance for who removes it") {
    SocketLaunch launch;
    listen_on(launch.socket).reset();
    REQUIRE(fs::exists(launch.socket));
    launch.spec.command.back() =
        text(std::string("require('node:fs').unlinkSync(process.env.SOCKET);") + kSocketServer);
    auto target = launch.launch();
    REQUIRE(target);
    CHECK(launch.wait_until_ready(**target));
  }

  TEST_CASE("unix socket: who stumbles over such a file is told to remove it") {
    SocketLaunch launch;
    listen_on(launch.socket).reset();
    auto target = launch.launch();
    REQUIRE(target);
    const auto ready = launch.wait_until_ready(**target);
    REQUIRE_FALSE(ready);
    CHECK(ready.error().end == TargetEnd::early_exit);
    CHECK(ready.error().error.hint == "nobody listens on " + launch.socket.string() +
                                          " any more: remove that file before each run");
  }

  TEST_CASE("unix socket: never ready says which") {
    SocketLaunch launch;
    launch.spec.command.back() = text("setInterval(() => {}, 1000)");
    launch.spec.ready.timeout = std::chrono::milliseconds(300);
    auto target = launch.launch();
    REQUIRE(target);
    const auto ready = launch.wait_until_ready(**target);
    REQUIRE_FALSE(ready);
    CHECK(ready.error().error.message.find("nobody listens there") != std::string::npos);
    CHECK(ready.error().error.hint.find("target.socketPath") != std::string::npos);
  }
}
