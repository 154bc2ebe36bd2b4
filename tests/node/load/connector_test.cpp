// Connections that libcurl opens and our loop watches.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "harness/load/connection.hpp"
#include "tests/node/load/node_server.hpp"
#include "tests/node/load/socket_server.hpp"

using namespace leakcheck;
using namespace leakcheck::test;
using namespace std::chrono_literals;
using load::Connection;
using load::Connector;

namespace {

load::Origin origin_of(const std::string& url) {
  load::Origin origin;
  origin.url = url;
  origin.host = url.substr(url.find("//") + 2);
  return origin;
}

struct Opening {
  std::unique_ptr<Connection> connection;
  std::string failure;
  int calls = 0;

  Connector::Opened callback() {
    return [this](std::unique_ptr<Connection> opened, std::string_view why) {
      connection = std::move(opened);
      failure = why;
      ++calls;
    };
  }
};

Opening open(EventLoop& loop, Connector& connector) {
  Opening opening;
  connector.open(opening.callback());
  CHECK(opening.calls == 0);
  REQUIRE(loop.run_until([&] { return opening.calls > 0; }, loop.now() + 20s));
  return opening;
}

std::string failure_of(const load::Origin& origin, Duration timeout = 10s) {
  EventLoop loop;
  Connector connector(loop, origin, timeout);
  const Opening opening = open(loop, connector);
  CHECK(opening.connection == nullptr);
  return opening.failure;
}

/// Waits until the other end says something; "" when it closed.
std::string read_some(EventLoop& loop, Connection& connection) {
  std::array<char, 4096> buffer{};
  std::optional<Connection::Moved> moved;
  const auto look = [&] {
    const Connection::Moved now = connection.receive(buffer);
    if (!now.would_block) moved = now;
  };
  look();
  if (!moved) {
    loop.watch(connection.fd(), EPOLLIN, [&](std::uint32_t) { look(); });
    REQUIRE(loop.run_until([&] { return moved.has_value(); }, loop.now() + 20s));
    loop.unwatch(connection.fd());
  }
  CHECK(moved->failure == "");
  CHECK(moved->closed == (moved->bytes == 0));
  return {buffer.data(), moved->bytes};
}

std::string exchange(EventLoop& loop, Connection& connection) {
  const std::string request = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
  const Connection::Moved sent = connection.send(request);
  CHECK(sent.bytes == request.size());
  CHECK(sent.failure == "");
  return read_some(loop, connection);
}

}  // namespace

TEST_CASE("Connector: a connection carries bytes both ways and sees its end") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.send("hello");
    peer.close();
  });
  EventLoop loop;
  Connector connector(loop, origin_of(server.url()), 10s);
  const Opening opening = open(loop, connector);
  REQUIRE(opening.connection);
  CHECK(opening.failure == "");
  CHECK(exchange(loop, *opening.connection) == "hello");
  CHECK(read_some(loop, *opening.connection).empty());
  CHECK(server.seen()[0].path == "/a");
}

TEST_CASE("Connector: its sockets are non-blocking, closed by exec, and do not wait for more") {
  SocketServer server;
  EventLoop loop;
  Connector connector(loop, origin_of(server.url()), 10s);
  const Opening opening = open(loop, connector);
  REQUIRE(opening.connection);
  const int fd = opening.connection->fd();
  CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  int no_delay = 0;
  socklen_t size = sizeof no_delay;
  CHECK(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size) == 0);
  CHECK(no_delay == 1);
  std::array<char, 16> buffer{};
  CHECK(opening.connection->receive(buffer).would_block);
}

TEST_CASE("Connector: TLS is trusted with its certificate, without checking, or not at all") {
  const Certificate certificate;
  NodeServer server(5'000, &certificate);
  load::Origin origin = origin_of(server.url());
  CHECK(failure_of(origin) == "certificate not trusted");
  for (const bool verify : {true, false}) {
    CAPTURE(verify);
    origin.tls.verify = verify;
    origin.tls.ca_file = verify ? certificate.file() : std::filesystem::path();
    EventLoop loop;
    Connector connector(loop, origin, 10s);
    const Opening opening = open(loop, connector);
    CHECK(opening.failure == "");
    REQUIRE(opening.connection);
    CHECK(exchange(loop, *opening.connection).starts_with("HTTP/1.1 200 OK\r\n"));
  }
  origin.tls.verify = true;
  origin.tls.ca_file = "/nowhere.pem";
  CHECK(failure_of(origin) == "certificate not trusted");
}

TEST_CASE("Connector: each failure has its name") {
  std::string gone;
  {
    const SocketServer server;
    gone = server.url();
  }
  CHECK(failure_of(origin_of(gone)) == "connection refused");
  CHECK(failure_of(origin_of("http://no-such-host.invalid")) == "name not resolved");

  const SocketServer waits_for_a_head;
  load::Origin secure = origin_of(waits_for_a_head.url());
  secure.url.replace(0, 4, "https");
  CHECK(failure_of(secure, 200ms) == "timeout");

  load::Origin nowhere = origin_of("http://localhost");
  nowhere.socket_path = "/nowhere/service.sock";
  CHECK(failure_of(nowhere) == "connection failed");
}

TEST_CASE("Connector: a server that speaks no TLS is a TLS failure") {
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(listener.get(), any, size) == 0);
  REQUIRE(::listen(listener.get(), 1) == 0);
  REQUIRE(::getsockname(listener.get(), any, &size) == 0);
  std::thread server([&] {
    const UniqueFd peer(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    std::array<char, 4096> hello{};
    CHECK(::recv(peer.get(), hello.data(), hello.size(), 0) > 0);
    const std::string answer = "HTTP/1.1 400 Bad Request\r\n\r\n";
    CHECK(::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL) > 0);
  });
  CHECK(failure_of(origin_of("https://127.0.0.1:" + std::to_string(ntohs(address.sin_port)))) ==
        "TLS failure");
  server.join();
}

TEST_CASE("Connector: without a descriptor to be had, that is what failed") {
  const SocketServer server;
  EventLoop loop;
  Connector connector(loop, origin_of(server.url()), 10s);
  const Opening first = open(loop, connector);
  REQUIRE(first.connection);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const UniqueFd next(::dup(0));
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next.get());
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const Opening second = open(loop, connector);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(second.connection == nullptr);
  CHECK(second.failure == "descriptor limit reached");
  CHECK(open(loop, connector).connection != nullptr);
}

TEST_CASE("Connector: a unix socket") {
  std::string name = std::filesystem::temp_directory_path() / "leakcheck-unix-XXXXXX";
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  load::Origin origin = origin_of("http://localhost");
  origin.socket_path = std::filesystem::path(name) / "service.sock";
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  origin.socket_path.native().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener.get(), 4) == 0);
  {
    EventLoop loop;
    Connector connector(loop, origin, 10s);
    const Opening opening = open(loop, connector);
    REQUIRE(opening.connection);
    const UniqueFd peer(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    CHECK(opening.connection->send("hello").bytes == 5);
    std::array<char, 16> buffer{};
    CHECK(::recv(peer.get(), buffer.data(), buffer.size(), 0) == 5);
  }
  std::filesystem::remove_all(name);
}

TEST_CASE("Connector: a thousand connections stay open, also when there is something to read") {
  SocketServer server([](Peer& peer, const Request&) { peer.answer(200, "hello"); });
  EventLoop loop;
  Connector connector(loop, origin_of(server.url()), 10s);
  std::vector<Opening> openings(1'000);
  const auto all_open = [&](std::size_t count) {
    std::size_t open = 0;
    for (const Opening& one : openings)
      if (one.calls > 0) ++open;
    return open >= count;
  };
  std::string request = "GET / HTTP/1.1\r\n\r\n";
  for (std::size_t i = 0; i < 500; ++i) connector.open(openings[i].callback());
  REQUIRE(loop.run_until([&] { return all_open(500); }, loop.now() + 30s));
  // Every other one has an unread answer by now. libcurl looks at those that it takes for resting
  // when it opens another, once a second at most.
  for (std::size_t i = 0; i < 500; i += 2)
    CHECK(openings[i].connection->send(request).bytes == request.size());
  loop.run_until([] { return false; }, loop.now() + 1'100ms);
  for (std::size_t i = 500; i < 1'000; ++i) connector.open(openings[i].callback());
  REQUIRE(loop.run_until([&] { return all_open(1'000); }, loop.now() + 30s));
  for (std::size_t i = 0; i < 1'000; ++i) {
    REQUIRE(openings[i].connection);
    if (i >= 500 || i % 2 == 1) openings[i].connection->send(request);
    CHECK(read_some(loop, *openings[i].connection).starts_with("HTTP/1.1 200"));
  }
  CHECK(server.connections() == 1'000);
}

TEST_CASE("Connector: what is cancelled is not called back, also from the callback of another") {
  std::string gone;
  {
    const SocketServer server;
    gone = server.url();
  }
  EventLoop loop;
  Connector connector(loop, origin_of(gone), 10s);
  std::vector<Connector::Id> ids(8);
  int calls = 0;
  for (Connector::Id& id : ids)
    id = connector.open([&](std::unique_ptr<Connection>, std::string_view failure) {
      CHECK(failure == "connection refused");
      ++calls;
      for (const Connector::Id other : ids) connector.cancel(other);
    });
  loop.run_until([] { return false; }, loop.now() + 50ms);
  CHECK(calls == 1);
  for (const Connector::Id id : ids) connector.cancel(id);
  const Opening again = open(loop, connector);
  CHECK(again.failure == "connection refused");
}

TEST_CASE("Connector: one that is cancelled while it connects leaves its number to others") {
  const NodeServer server;  // in a process of its own, which takes no number of ours
  EventLoop loop;
  Connector connector(loop, origin_of(server.url()), 10s);
  const auto cancel_one = [&] {
    connector.cancel(connector.open([](auto, std::string_view) { FAIL("called back"); }));
  };
  cancel_one();
  {
    const UniqueFd other(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CHECK_NOTHROW(loop.watch(other.get(), EPOLLIN, [](std::uint32_t) {}));
    loop.unwatch(other.get());
  }
  cancel_one();
  const Opening opening = open(loop, connector);
  REQUIRE(opening.connection);
  CHECK(exchange(loop, *opening.connection).starts_with("HTTP/1.1 200"));
}

TEST_CASE("Connector: a connection ends in order, or is reset when that is asked for") {
  const auto how_it_ends = [](bool reset) {
    std::atomic<int> seen = -2;
    EventLoop loop;
    SocketServer server([&](Peer& peer, const Request&) {
      peer.answer(200);
      seen = peer.wait_for_end();
      peer.close();
    });
    Connector connector(loop, origin_of(server.url()), 10s);
    Opening opening = open(loop, connector);
    REQUIRE(opening.connection);
    exchange(loop, *opening.connection);
    if (reset) opening.connection->reset_on_close();
    opening.connection.reset();
    REQUIRE(loop.run_until(
        [&] {
          loop.run_once(loop.now() + 5ms);
          return seen != -2;
        },
        loop.now() + 20s));
    return seen.load();
  };
  CHECK(how_it_ends(false) == 0);
  CHECK(how_it_ends(true) == ECONNRESET);
}
