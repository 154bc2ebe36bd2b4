// The fast path as a client that goes away, takes its time, or listens to a stream of events.
#include <atomic>
#include <cerrno>

#include "tests/node/load/fast_run.hpp"
#include "tests/node/load/socket_server.hpp"

using namespace leakcheck;
using namespace leakcheck::test;
using When = model::Abort::When;

namespace {

load::Handling aborting(When when, std::chrono::milliseconds after, std::int64_t bytes) {
  auto handling = within(10s);
  model::Abort abort;
  abort.when = when;
  abort.after = after;
  abort.bytes = {bytes};
  handling.abort = abort;
  return handling;
}

load::Handling listening(const model::SseStep& step, Duration timeout = 10s) {
  auto handling = within(timeout);
  handling.stream = &step;
  return handling;
}

model::SseStep events(int count, std::chrono::milliseconds hold, model::HeldEnd end) {
  model::SseStep step;
  step.events = count;
  step.hold = hold;
  step.end = end;
  return step;
}

constexpr const char* kEventStream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

}  // namespace

TEST_CASE("FastClient: goes away some time after the request was written") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.path == "/quick") return peer.answer(200);
    peer.wait_for_end();
    peer.close();
  });
  FastRun run(server.url());
  const auto start = run.loop.now();
  auto outcome = run.get("/", aborting(When::after, 20ms, 0));
  CHECK(run.loop.now() - start >= 20ms);
  CHECK(outcome.aborted);
  CHECK(outcome.failure.empty());
  CHECK(outcome.status == 0);
  CHECK(run.client.sent() == 1);
  outcome = run.get("/quick", aborting(When::after, 10s, 0));
  CHECK_FALSE(outcome.aborted);
  CHECK(outcome.status == 200);
  CHECK(run.get("/quick").status == 200);
  CHECK(server.connections() == 2);
}

TEST_CASE("FastClient: goes away when so much of the body has come") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.path == "/1000") return peer.answer(200, std::string(1'000, 'x'));
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    while (peer.send(std::string(1'000, 'x'))) {
    }
  });
  FastRun run(server.url());
  auto outcome = run.get("/endless", aborting(When::at_body, 0ms, 5'000));
  CHECK(outcome.aborted);
  CHECK(outcome.body_bytes >= 5'000);
  CHECK(run.get("/endless", aborting(When::at_body, 0ms, 0)).aborted);
  CHECK(run.get("/1000", aborting(When::at_body, 0ms, 999)).aborted);
  CHECK(run.get("/1000", aborting(When::at_body, 0ms, 1'000)).aborted);  // all of it is so much
  outcome = run.get("/1000", aborting(When::at_body, 0ms, 1'001));
  CHECK_FALSE(outcome.aborted);
  CHECK(outcome.status == 200);
}

TEST_CASE("FastClient: goes away in the middle of its upload") {
  std::atomic<std::size_t> came = 0;
  std::atomic<int> uploads = 0;
  SocketServer server([&](Peer& peer, const Request& request) {
    came = peer.read_body(request).size();
    ++uploads;
    peer.answer(200);
  });
  FastRun run(server.url());
  const auto upload = [&](std::int64_t bytes) {
    const int before = uploads;
    const auto outcome = run.ask(WireText("POST", "/", std::string(500'000, 'x')),
                                 aborting(When::at_upload, 0ms, bytes));
    REQUIRE(run.loop.run_until(
        [&] {
          run.loop.run_once(run.loop.now() + 1ms);
          return uploads > before;
        },
        run.loop.now() + 20s));
    CHECK(outcome.failure.empty());
    return outcome.aborted;
  };
  CHECK(upload(0));
  CHECK(came == 0);
  CHECK(upload(300'000));
  CHECK(came == 300'000);
  CHECK(upload(500'000));
  CHECK(came == 500'000);
  CHECK_FALSE(upload(500'001));
  CHECK(run.client.sent() == 4);
  CHECK(server.requests() == 4);
}

TEST_CASE("FastClient: a slow sender writes at its rate") {
  SocketServer server;
  FastRun run(server.url());
  const WireText text("POST", "/", std::string(1'000, 'x'));
  auto handling = within(10s);
  handling.send_rate = 10'000;
  const auto start = run.loop.now();
  CHECK(run.ask(text, handling).status == 200);
  CHECK(run.loop.now() - start >= 85ms);
  CHECK(run.ask(text, within(10s)).status == 200);
  CHECK(server.connections() == 1);
  handling.send_rate = 1;
  handling.timeout = 50ms;
  CHECK(run.ask(text, handling).failure == "timeout");
  CHECK(run.client.sent() == 3);
}

TEST_CASE("FastClient: a slow reader holds its server up") {
  constexpr std::int64_t kBytes = 8 << 20;
  std::atomic<std::int64_t> gone = 0;
  SocketServer server([&](Peer& peer, const Request& request) {
    if (request.path == "/small") return peer.answer(200, std::string(2'000, 'x'));
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n");
    const std::string piece(1 << 10, 'x');
    while (gone < kBytes && peer.send(piece)) gone += 1 << 10;
  });
  FastRun run(server.url());
  auto handling = within(10s);
  handling.receive_rate = 20'000;
  const auto start = run.loop.now();
  CHECK(run.get("/small", handling).body_bytes == 2'000);
  CHECK(run.loop.now() - start >= 85ms);
  handling.timeout = 150ms;
  const auto outcome = run.get("/large", handling);
  CHECK(outcome.failure == "timeout");
  CHECK(outcome.body_bytes > 0);
  CHECK(outcome.body_bytes <= 5'000);
  CHECK(gone < kBytes / 2);  // the rest waits in the server, but for the kernel's buffers
  CHECK(server.connections() == 1);
  // One that does not take its time needs a connection with a whole buffer.
  CHECK(run.get("/small").status == 200);
  CHECK(run.get("/small", handling).status == 200);
  CHECK(run.get("/small").status == 200);
  CHECK(server.connections() == 3);
}

TEST_CASE("FastClient: counts events, holds the stream, and ends it as it is told") {
  for (const auto end : {model::HeldEnd::close, model::HeldEnd::abandon}) {
    std::atomic<int> ending = -2;
    SocketServer server([&](Peer& peer, const Request&) {
      peer.send(kEventStream);
      for (const char& c : std::string("data: one\n\n: note\n\ndata: two\r\n\r\n"))
        peer.send({&c, 1});
      ending = peer.wait_for_end();
      peer.close();
    });
    FastRun run(server.url());
    const auto start = run.loop.now();
    const auto step = events(2, 60ms, end);
    const auto outcome = run.get("/", listening(step, 10s));
    CHECK(outcome.status == 200);
    CHECK(outcome.failure.empty());
    CHECK(run.loop.now() - start >= 60ms);
    REQUIRE(run.loop.run_until(
        [&] {
          run.loop.run_once(run.loop.now() + 1ms);
          return ending != -2;
        },
        run.loop.now() + 20s));
    CHECK(ending == (end == model::HeldEnd::close ? 0 : ECONNRESET));
  }
}

TEST_CASE("FastClient: the time to hold a stream is not part of its timeout") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.send(std::string(kEventStream) + "data: one\n\n");
    peer.wait_for_end();
    peer.close();
  });
  FastRun run(server.url());
  const auto step = events(1, 120ms, model::HeldEnd::close);
  CHECK(run.get("/", listening(step, 60ms)).status == 200);
}

TEST_CASE("FastClient: a stream with too few events, or with none to be had") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.path == "/500") return peer.answer(500, "no");
    if (request.path == "/plain") return peer.answer(200, "data: one\n\ndata: two\n\n");
    peer.send(std::string(kEventStream) + "data: one\n\n");
    if (request.path == "/waits") peer.wait_for_end();
    peer.close();
  });
  FastRun run(server.url());
  const auto step = events(2, 0ms, model::HeldEnd::close);
  CHECK(run.get("/ends", listening(step)).failure == "event stream ended");
  CHECK(run.get("/waits", listening(step, 50ms)).failure == "timeout");
  CHECK(run.get("/plain", listening(step)).failure == "no event stream");
  const auto outcome = run.get("/500", listening(step));
  CHECK(outcome.failure.empty());
  CHECK(outcome.status == 500);
  const auto one = events(1, 10s, model::HeldEnd::close);
  CHECK(run.get("/ends", listening(one)).status == 200);  // the server ended it while it was held
}
