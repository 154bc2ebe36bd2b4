// The fast path against servers that behave: counts, connections, sizes.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <thread>

#include "harness/base/unique_fd.hpp"
#include "tests/node/load/fast_run.hpp"
#include "tests/node/load/node_server.hpp"
#include "tests/node/load/socket_server.hpp"

using namespace leakcheck;
using namespace leakcheck::test;

TEST_CASE("FastClient: tells the status, and the head and the body to who wants them") {
  SocketServer server([](Peer& peer, const Request& request) {
    peer.read_body(request);
    peer.answer(201, "hello", "X-A: 1\r\n");
  });
  FastRun run(server.url());
  auto outcome = run.ask(WireText("POST", "/a", "body"));
  CHECK(outcome.status == 201);
  CHECK(outcome.failure.empty());
  CHECK(outcome.head.empty());
  CHECK(outcome.body.empty());
  CHECK(outcome.body_bytes == 5);
  auto handling = within(10s);
  handling.wants_head = handling.wants_body = true;
  outcome = run.get("/b", handling);
  CHECK(outcome.head == "X-A: 1\r\nContent-Length: 5\r\n");
  CHECK(outcome.body == "hello");
  CHECK(run.client.sent() == 2);
  CHECK(run.client.connections() == 1);
  CHECK(run.client.received_bytes() > 80);
  CHECK(server.seen()[0].method == "POST");
  CHECK(server.seen()[1].path == "/b");
}

TEST_CASE("FastClient: HEAD, 204, chunks, 1xx and a byte at a time, over one connection") {
  SocketServer server([](Peer& peer, const Request& request) {
    std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    if (request.path == "/head") text = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    if (request.path == "/204") text = "HTTP/1.1 204 No\r\n\r\n";
    if (request.path == "/chunks")
      text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n";
    if (request.path == "/1xx") text.insert(0, "HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n");
    for (const char& c : text) peer.send({&c, 1});
  });
  FastRun run(server.url());
  CHECK(run.ask(WireText("HEAD", "/head")).status == 200);
  CHECK(run.get("/204").status == 204);
  for (const std::string path : {"/chunks", "/1xx", "/"}) {
    const auto outcome = run.get(path);
    CHECK(outcome.status == 200);
    CHECK(outcome.body_bytes == 5);
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("FastClient: http.Server and https.Server see as many requests as were sent") {
  const Certificate certificate;
  for (const bool secure : {false, true}) {
    CAPTURE(secure);
    NodeServer server(5'000, secure ? &certificate : nullptr);
    auto origin = origin_of(server.url());
    origin.tls.ca_file = certificate.file();
    FastRun run(origin, 10);
    CHECK(run.ask_all(WireText("GET", "/"), 500) == "200 500");
    CHECK(run.ask_all(WireText("POST", "/", std::string(300'000, 'x')), 100) == "200 100");
    CHECK(run.ask_all(WireText("HEAD", "/"), 100) == "200 100");
    CHECK(run.client.sent() == 700);
    CHECK(run.client.connections() == 10);
    const auto seen = server.count();
    CHECK(seen.requests == 700);
    CHECK(seen.connections == 10);
  }
}

TEST_CASE("FastClient: bodies of any size go and come") {
  constexpr std::size_t kBytes = 20 << 20;
  SocketServer server([](Peer& peer, const Request& request) {
    if (peer.read_body(request).size() != request.body_bytes) return peer.close();
    peer.answer(200, std::string(kBytes, 'x'));
  });
  FastRun run(server.url(), 2);
  CHECK(run.ask_all(WireText("POST", "/", std::string(kBytes, 'y')), 4) == "200 4");
  CHECK(run.client.received_bytes() > std::int64_t{4 * kBytes});
  CHECK(server.connections() == 2);
}

TEST_CASE("FastClient: without keep_alive each request has its own connection") {
  SocketServer server;
  FastRun run(server.url(), 3, {10s, false, 0});
  CHECK(run.ask_all(WireText("GET", "/"), 30) == "200 30");
  CHECK(server.connections() == 30);
  CHECK(run.client.connections() == 30);
}

TEST_CASE("FastClient: a connection serves as many requests as it may, and goes") {
  SocketServer server;
  FastRun run(server.url(), 1, {10s, true, 4});
  CHECK(run.ask_all(WireText("GET", "/"), 40) == "200 40");
  CHECK(server.connections() == 10);
  for (const Request& seen : server.seen()) CHECK(seen.number_on_connection <= 4);
}

TEST_CASE("FastClient: a connection ends where its server says so") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.path == "/end") {
      peer.send("HTTP/1.1 200 OK\r\n\r\nhello");
      return peer.close();
    }
    peer.answer(200, "ok", "Connection: close\r\n");
    peer.wait_for_end();
    peer.close();
  });
  FastRun run(server.url());
  CHECK(run.ask_all(WireText("GET", "/end"), 10) == "200 10");
  CHECK(run.ask_all(WireText("GET", "/"), 10) == "200 10");
  CHECK(server.connections() == 20);
}

TEST_CASE("FastClient: a connection that was closed while it rested is replaced") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.answer(200);
    peer.close();  // unannounced
  });
  FastRun run(server.url());
  for (int request = 1; request <= 5; ++request) {
    CHECK(run.get("/").status == 200);
    CHECK(server.requests() == request);
    // Seen by the loop, or only when the next request looks.
    if (request % 2 == 0)
      run.rest(20ms);
    else
      std::this_thread::sleep_for(20ms);
  }
  CHECK(run.client.sent() == 5);
}

TEST_CASE("FastClient: a connection that rested for 4 s is not used again") {
  SocketServer server;
  FastRun run(server.url());
  CHECK(run.get("/").status == 200);
  run.rest(2s);
  CHECK(run.get("/").status == 200);
  CHECK(server.connections() == 1);
  run.rest(4'010ms);
  CHECK(run.get("/").status == 200);
  CHECK(server.connections() == 2);
}

TEST_CASE("FastClient: a request that meets the closing of its connection is not repeated") {
  for (const bool resets : {false, true}) {
    SocketServer server([&](Peer& peer, const Request& request) {
      peer.read_body(request);
      if (request.number_on_connection < 3) return peer.answer(200);
      if (resets) peer.reset();
      peer.close();
    });
    FastRun run(server.url());
    CHECK(run.ask_all(WireText("POST", "/", "body"), 60) == "200 40, connection closed 20");
    CHECK(run.client.sent() == 60);
    CHECK(server.requests() == 60);
    CHECK(server.connections() == 20);
  }
}

TEST_CASE("FastClient: an answer that comes before a large body was written is one") {
  const std::string large(16 << 20, 'x');
  SocketServer server([](Peer& peer, const Request&) {
    peer.answer(413, "no", "Connection: close\r\n");  // it may have read all of it by then
    peer.wait_for_end();
    peer.close();
  });
  FastRun run(server.url());
  CHECK(run.ask_all(WireText("POST", "/", large), 3) == "413 3");
  CHECK(server.connections() == 3);
  CHECK(run.client.sent() == 3);
}

TEST_CASE("FastClient: a cancelled request calls nobody back, and its user goes on") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.path != "/never") return peer.answer(200);
    peer.wait_for_end();
    peer.close();
  });
  FastRun run(server.url());
  const WireText never("GET", "/never");
  run.client.start(0, never.request(), within(30ms));  // while it connects
  run.client.cancel(0);
  CHECK_FALSE(run.client.is_in_flight(0));
  CHECK(run.get("/").status == 200);
  run.client.start(0, never.request(), within(1s));  // long enough for a busy machine
  REQUIRE(run.loop.run_until([&] { return server.requests() == 2; }, run.loop.now() + 20s));
  run.client.cancel(0);
  run.client.cancel(0);
  run.rest(1100ms);
  CHECK(run.outcomes.size() == 1);
  CHECK(run.get("/").status == 200);
  CHECK(run.client.sent() == 3);
  run.client.start(0, never.request(), within(10s));  // and the client may go
}

TEST_CASE("FastClient: over a unix socket") {
  std::string folder = std::filesystem::temp_directory_path() / "leakcheck-unix-XXXXXX";
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  auto origin = origin_of("http://localhost");
  origin.socket_path = std::filesystem::path(folder) / "service.sock";
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  origin.socket_path.native().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener.get(), 4) == 0);
  std::thread server([&] {
    const UniqueFd peer(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    std::array<char, 4096> request{};
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    while (::recv(peer.get(), request.data(), request.size(), 0) > 0)
      ::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
  });
  {
    FastRun run(origin);
    CHECK(run.ask_all(WireText("GET", "/"), 20) == "200 20");
    CHECK(run.client.connections() == 1);
  }
  server.join();
  std::filesystem::remove_all(folder);
}
