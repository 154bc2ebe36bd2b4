#include "harness/target/ready_probe.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <string>

using namespace leakcheck;
using namespace leakcheck::target;

namespace {

constexpr std::chrono::seconds kPatience{10};

/// Answers every connection with the next of `answers`, the last one over and over.
class Server {
 public:
  Server(EventLoop& loop, std::vector<std::string> answers, int port = 0)
      : loop_(loop),
        answers_(std::move(answers)),
        fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const int on = 1;
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    REQUIRE(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    REQUIRE(::listen(fd_.get(), 16) == 0);
    loop_.watch(fd_.get(), EPOLLIN, [this](std::uint32_t) { answer(); });
  }
  ~Server() {
    if (peer_) loop_.unwatch(peer_.get());
    loop_.unwatch(fd_.get());
  }

  int port() const { return port_; }
  const std::string& request() const { return request_; }

 private:
  void answer() {
    if (peer_) loop_.unwatch(peer_.get());
    peer_.reset(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!peer_) return;
    loop_.watch(peer_.get(), EPOLLIN, [this](std::uint32_t) {
      std::array<char, 4096> block;
      const ssize_t count = ::recv(peer_.get(), block.data(), block.size(), 0);
      if (count > 0) {
        request_.assign(block.data(), static_cast<std::size_t>(count));
        const std::string& text = answers_[std::min(next_++, answers_.size() - 1)];
        ::send(peer_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      }
      loop_.unwatch(peer_.get());
      peer_.reset();
    });
  }

  EventLoop& loop_;
  std::vector<std::string> answers_;
  UniqueFd fd_;
  UniqueFd peer_;
  int port_ = 0;
  std::size_t next_ = 0;
  std::string request_;
};

Address at(int port) {
  return *parse_address("http://127.0.0.1:" + std::to_string(port) + "/api");
}

}  // namespace

TEST_SUITE("ReadyProbe") {
  TEST_CASE("HTTP: asks until the status is accepted, at the path below the base url") {
    EventLoop loop;
    Server server(loop, {"HTTP/1.1 503 Not Yet\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"});
    bool ready = false;
    const auto probe =
        ReadyProbe::start_http(at(server.port()), {"/healthz", {}}, loop, [&] { ready = true; });
    REQUIRE(probe);
    CHECK(loop.run_until([&] { return ready; }, loop.now() + kPatience));
    CHECK(server.request().rfind("GET /api/healthz HTTP/1.1\r\nHost: 127.0.0.1:", 0) == 0);
    CHECK((*probe)->last_seen() == "GET /healthz answers 503");
  }

  TEST_CASE("HTTP: only the status that is asked for, when one is") {
    EventLoop loop;
    Server server(loop, {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n"});
    bool ready = false;
    const auto probe =
        ReadyProbe::start_http(at(server.port()), {"/", 204}, loop, [&] { ready = true; });
    CHECK(loop.run_until([&] { return ready; }, loop.now() + kPatience));
    CHECK((*probe)->last_seen() == "GET / answers 200");
  }

  TEST_CASE("HTTP: garbage and a closed connection are told apart from a status") {
    EventLoop loop;
    Server server(loop, {"SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\r\n\r\n"});
    bool ready = false;
    const auto probe =
        ReadyProbe::start_http(at(server.port()), {"/", {}}, loop, [&] { ready = true; });
    CHECK(loop.run_until([&] { return ready; }, loop.now() + kPatience));
    CHECK((*probe)->last_seen() == "the answer is not HTTP");
  }

  TEST_CASE("HTTP: an answer that ends in its first word is not HTTP") {
    EventLoop loop;
    Server server(loop, {"HTTP/1.", "HTTP/1.1 200 OK\r\n\r\n"});
    bool ready = false;
    const auto probe =
        ReadyProbe::start_http(at(server.port()), {"/", {}}, loop, [&] { ready = true; });
    CHECK(loop.run_until([&] { return ready; }, loop.now() + kPatience));
    CHECK((*probe)->last_seen() == "the answer is not HTTP");
  }

  TEST_CASE("TCP: ready as soon as somebody listens, however late") {
    EventLoop loop;
    const int port = *find_free_port();
    bool ready = false;
    const auto probe = ReadyProbe::start_tcp("127.0.0.1", port, loop, [&] { ready = true; });
    REQUIRE(probe);
    loop.run_until([&] { return ready; }, loop.now() + std::chrono::milliseconds(60));
    CHECK_FALSE(ready);
    CHECK((*probe)->last_seen() == "nobody listens there");
    const Server server(loop, {""}, port);
    CHECK(loop.run_until([&] { return ready; }, loop.now() + kPatience));
  }

  TEST_CASE("a host that cannot be resolved is an error at once") {
    EventLoop loop;
    const auto probe = ReadyProbe::start_tcp("no such host", 80, loop, [] {});
    REQUIRE_FALSE(probe);
    CHECK(probe.error().message.find("no such host") != std::string::npos);
  }

  TEST_CASE("a probe that is destroyed asks no more") {
    EventLoop loop;
    Server server(loop, {"HTTP/1.1 500 No\r\n\r\n"});
    auto probe = ReadyProbe::start_http(at(server.port()), {"/", {}}, loop, [] {});
    loop.run_until([&] { return !server.request().empty(); }, loop.now() + kPatience);
    probe->reset();
    CHECK_FALSE(loop.run_until([] { return false; }, loop.now() + std::chrono::milliseconds(50)));
  }
}
