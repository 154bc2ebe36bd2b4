// The fast path against servers that do not behave, or are not there: each fault has its name.
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include "tests/node/load/fast_run.hpp"
#include "tests/node/load/node_server.hpp"
#include "tests/node/load/socket_server.hpp"

using namespace leakcheck;
using namespace leakcheck::test;

namespace {

std::string url_of_nobody() {
  const SocketServer gone;
  return gone.url();
}

/// What becomes of requests to a server that sends this and closes.
std::string after(const std::string& text, bool resets = false) {
  SocketServer server([&](Peer& peer, const Request&) {
    peer.send(text);
    if (resets) peer.reset();
    peer.close();
  });
  FastRun run(server.url(), 2);
  const std::string outcomes = run.ask_all(WireText("GET", "/"), 6);
  CHECK(run.client.sent() == 6);
  CHECK(server.requests() == 6);
  return outcomes;
}

}  // namespace

TEST_CASE("FastClient: where nobody listens, all requests fail, and none was sent") {
  FastRun run(url_of_nobody(), 5);
  CHECK(run.ask_all(WireText("GET", "/"), 50) == "connection refused 50");
  CHECK(run.client.sent() == 0);
  CHECK(run.client.connections() == 0);
}

TEST_CASE("FastClient: a user whose requests all fail at once leaves the loop to others") {
  FastRun run(url_of_nobody());
  bool fired = false;
  run.loop.call_after(5ms, [&] { fired = true; });
  int failed = 0;
  const WireText text("GET", "/");
  load::FastClient* own = nullptr;
  load::FastClient client(run.loop, origin_of(url_of_nobody()), 1, {10s, true, 0},
                          [&](std::size_t user, const load::Exchange&) {
                            ++failed;
                            if (!fired) own->start(user, text.request(), within(10s));
                          });
  own = &client;
  client.start(0, text.request(), within(10s));
  CHECK(failed == 0);
  REQUIRE(run.loop.run_until([&] { return fired; }, run.loop.now() + 20s));
  CHECK(failed > 0);
}

TEST_CASE("FastClient: no name, no trust, no descriptor") {
  FastRun nameless("http://no-such-host.invalid");
  CHECK(nameless.get("/").failure == "name not resolved");

  const Certificate certificate;
  NodeServer secure(5'000, &certificate);
  FastRun untrusted(secure.url(), 2);
  CHECK(untrusted.ask_all(WireText("GET", "/"), 4) == "certificate not trusted 4");
  CHECK(untrusted.client.sent() == 0);

  const SocketServer server;
  FastRun run(server.url(), 2);
  CHECK(run.get("/").status == 200);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const UniqueFd next(::dup(0));
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next.get());
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const std::string outcomes = run.ask_all(WireText("GET", "/"), 2);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(outcomes == "200 1, descriptor limit reached 1");
}

TEST_CASE("FastClient: a new connection that ends without an answer") {
  CHECK(after("") == "empty answer 6");
  CHECK(after("HTTP/1.1 20") == "empty answer 6");
  CHECK(after("", true) == "connection reset 6");
}

TEST_CASE("FastClient: half an answer is no answer") {
  CHECK(after("HTTP/1.1 200 OK\r\nContent-Ty") == "incomplete answer 6");
  CHECK(after("HTTP/1.1 103 Early Hints\r\n\r\n") == "incomplete answer 6");
  CHECK(after("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort") == "incomplete answer 6");
  CHECK(after("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n") ==
        "incomplete answer 6");
}

TEST_CASE("FastClient: an answer that is reset in its middle") {
  SocketServer server([](Peer& peer, const Request& request) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort");
    if (request.path == "/kept" && request.number_on_connection == 1)
      return (void)peer.send("....");
    std::this_thread::sleep_for(5ms);  // so that what was sent is read before
    peer.reset();
  });
  FastRun run(server.url());
  CHECK(run.ask_all(WireText("GET", "/"), 3) == "connection reset 3");
  CHECK(run.ask_all(WireText("GET", "/kept"), 2) == "200 1, connection reset 1");
}

TEST_CASE("FastClient: a body longer than its content-length ends the connection") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok, and more");
  });
  FastRun run(server.url());
  CHECK(run.ask_all(WireText("GET", "/"), 5) == "answer longer than its length 5");
  CHECK(server.connections() == 5);
}

TEST_CASE("FastClient: what comes unasked ends a connection that rests") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.answer(200);
    std::this_thread::sleep_for(10ms);
    peer.send("more");
  });
  FastRun run(server.url());
  CHECK(run.get("/").status == 200);
  run.rest(50ms);
  CHECK(run.get("/").status == 200);
  CHECK(server.connections() == 2);
}

TEST_CASE("FastClient: what is no HTTP is a malformed answer") {
  CHECK(after("hello, world\r\n\r\n") == "malformed answer 6");
  CHECK(after("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzzzz\r\n") ==
        "malformed answer 6");
  CHECK(after("HTTP/1.1 200 OK\r\nX: " + std::string(400'000, 'x') + "\r\n\r\n") ==
        "malformed answer 6");
}

TEST_CASE("FastClient: a huge head is read") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.answer(200, "ok", "X: " + std::string(250'000, 'x') + "\r\n");
  });
  FastRun run(server.url());
  auto handling = within(10s);
  handling.wants_head = true;
  CHECK(run.get("/", handling).head.size() > 250'000);
  CHECK(run.ask_all(WireText("GET", "/"), 5) == "200 5");
}

TEST_CASE("FastClient: a body that is wanted and too large") {
  SocketServer server(
      [](Peer& peer, const Request&) { peer.answer(200, std::string(17 << 20, 'x')); });
  FastRun run(server.url());
  auto handling = within(10s);
  handling.wants_body = true;
  CHECK(run.get("/", handling).failure == "answer too large to look at");
  CHECK(run.get("/").body_bytes == 17 << 20);
}

TEST_CASE("FastClient: no answer in time, however it is withheld") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.path == "/half") peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    peer.wait_for_end();
    peer.close();
  });
  FastRun run(server.url(), 2);
  for (const std::string path : {"/never", "/half"}) {
    CAPTURE(path);
    const auto start = run.loop.now();
    CHECK(run.ask_all(WireText("GET", path), 4, within(40ms)) == "timeout 4");
    CHECK(run.loop.now() - start >= 80ms);
  }
  CHECK(run.client.sent() == 8);
  CHECK(server.requests() == 8);
}

TEST_CASE("FastClient: a server that sends a byte now and then does not stop the clock") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.send("HTTP/1.1 200 OK\r\nX: ");
    while (peer.send("x")) std::this_thread::sleep_for(2ms);
  });
  FastRun run(server.url());
  CHECK(run.get("/", within(60ms)).failure == "timeout");
}

TEST_CASE("FastClient: each request has its own time") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.wait_for_end();
    peer.close();
  });
  FastRun run(server.url(), 3);
  const WireText text("GET", "/");
  run.client.start(0, text.request(), within(1h));
  run.client.start(1, text.request(), within(20ms));
  run.client.start(2, text.request(), within(10ms));
  REQUIRE(run.loop.run_until([&] { return run.outcomes["timeout"] == 2; }, run.loop.now() + 20s));
  CHECK(run.client.is_in_flight(0));
  CHECK_FALSE(run.client.is_in_flight(1));
}
