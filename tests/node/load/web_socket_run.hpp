#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/load/web_socket_client.hpp"
#include "tests/node/load/node_process.hpp"

namespace leakcheck::test {

using namespace std::chrono_literals;

/// web_socket_server.cjs: the package ws, in a process of its own.
class WebSocketServer {
 public:
  explicit WebSocketServer(const std::vector<std::string>& arguments = {})
      : process_("web_socket_server.cjs", arguments), port_(process_.read_line()) {}

  load::Origin origin(const std::string& scheme = "http") const {
    load::Origin origin;
    origin.url = scheme + "://127.0.0.1:" + port_;
    origin.host = "service.test";
    return origin;
  }

  /// What it has seen until now, by the names that it gives; the others count 0.
  std::map<std::string, std::int64_t> seen() {
    process_.write_line("");
    std::istringstream line(process_.read_line());
    std::map<std::string, std::int64_t> counts;
    std::string name;
    while (line >> name) line >> counts[name];
    return counts;
  }
  std::int64_t seen(const std::string& name) { return seen()[name]; }

 private:
  NodeProcess process_;
  std::string port_;
};

inline load::WebSocketTalk talk_at(const std::string& target, std::vector<std::string> send = {},
                                   int receive = 0) {
  load::WebSocketTalk talk;
  talk.target = target;
  talk.send = std::move(send);
  talk.receive = receive;
  talk.timeout = 20s;
  return talk;
}

/// How a talk ended; the texts are its own.
struct Ended {
  int status = -1;
  std::string failure;
  std::string body;
  std::int64_t body_bytes = -1;
};

/// A client and the loop that it runs on.
struct WebSocketRun {
  EventLoop loop;
  std::map<std::size_t, std::vector<Ended>> ended;  // by user
  std::size_t count = 0;                            // of all
  std::function<void(std::size_t user)> on_done;
  load::WebSocketClient client;

  explicit WebSocketRun(const load::Origin& origin, std::size_t users = 1)
      : client(loop, origin, users, 10s, [this](std::size_t user, const load::Exchange& exchange) {
          CHECK_FALSE(client.is_in_flight(user));
          ended[user].push_back({exchange.status, std::string(exchange.failure),
                                 std::string(exchange.body), exchange.body_bytes});
          ++count;
          if (on_done) on_done(user);
        }) {}

  void wait_for(const std::function<bool()>& done) {
    REQUIRE(loop.run_until(done, loop.now() + 60s));
  }
  void rest(Duration time) {
    loop.run_until([] { return false; }, loop.now() + time);
  }
  Ended run(const load::WebSocketTalk& talk) {
    const std::size_t before = count;
    client.start(0, talk);
    CHECK(count == before);
    CHECK(client.is_in_flight(0));
    wait_for([&] { return count > before; });
    return ended[0].back();
  }
  /// Until the server has seen so many of them; it learns of an end later than we do.
  void wait_until_seen(WebSocketServer& server, const std::string& name, std::int64_t wanted) {
    const TimePoint deadline = loop.now() + 20s;
    while (server.seen(name) < wanted && loop.now() < deadline) rest(5ms);
    CHECK_MESSAGE(server.seen(name) == wanted, name);
  }
};

}  // namespace leakcheck::test
