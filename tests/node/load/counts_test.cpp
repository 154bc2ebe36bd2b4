// Requests are counted by us and by the server, and the two are the same whatever the server does.
#include "tests/node/load/engine_run.hpp"
#include "tests/node/load/socket_server.hpp"

using namespace leakcheck;
using namespace leakcheck::test;

namespace {

/// What must hold after every cycle that came to its end.
void check_counts(const EngineRun& run, const load::CycleOutcome& outcome,
                  const SocketServer& server) {
  const model::LoadSummary summary = run.engine->summary();
  CHECK(outcome.sent == server.requests());
  CHECK(run.engine->sent() == server.requests());
  CHECK(summary.sent == outcome.sent);
  CHECK(summary.answered == outcome.answered);
  CHECK(summary.failed == outcome.failed);
}

}  // namespace

TEST_CASE("LoadEngine: a cycle sends exactly as many requests as it says, and the next one again") {
  SocketServer server;
  EngineRun run(load_of({get("/a"), get("/b"), get("/c")}, 100, 7), server.url());
  CHECK(run.engine->requests_per_cycle() == 102);

  for (int cycle = 1; cycle <= 3; ++cycle) {
    const auto outcome = run.cycle();
    CHECK(outcome.sent == 102);
    CHECK(outcome.answered == 102);
    CHECK(outcome.failed == 0);
    CHECK_FALSE(outcome.timed_out);
    CHECK(server.requests() == 102 * cycle);
    CHECK(run.engine->sent() == 102 * cycle);
  }
  CHECK(list(server.seen_by_path()) == "/a 102, /b 102, /c 102");
  CHECK(list(run.engine->summary().statuses) == "200 306");
}

TEST_CASE("LoadEngine: a request on a kept connection that ends without answer is not repeated") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.number_on_connection == 3) return peer.close();
    peer.answer(200);
  });
  EngineRun run(load_of({get("/")}, 90, 1), server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 90);
  CHECK(outcome.failed == 30);
  CHECK(outcome.answered == 60);
  CHECK(list(run.engine->summary().errors) == "connection closed 30");
  CHECK(server.connections() == 30);
  check_counts(run, outcome, server);
}

TEST_CASE("LoadEngine: nor is one whose kept connection is reset, with a body or without") {
  SocketServer server([](Peer& peer, const Request& request) {
    peer.read_body(request);
    if (request.number_on_connection > 1) return peer.reset();
    peer.answer(200);
  });
  EngineRun run(load_of({get("/"), post("/", "body")}, 60, 4), server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 60);
  CHECK(outcome.answered + outcome.failed == 60);
  CHECK(outcome.failed >= 20);
  CHECK(list(run.engine->summary().errors) ==
        "connection closed " + std::to_string(outcome.failed));
  check_counts(run, outcome, server);
}

TEST_CASE(
    "LoadEngine: a new connection that ends without an answer was an empty answer or a reset") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.path == "/reset") return peer.reset();
    peer.close();
  });
  EngineRun run(load_of({get("/close"), get("/reset")}, 20, 3), server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 20);
  CHECK(outcome.failed == 20);
  CHECK(outcome.answered == 0);
  CHECK(list(run.engine->summary().errors) == "connection reset 10, empty answer 10");
  check_counts(run, outcome, server);
}

TEST_CASE("LoadEngine: half an answer is no answer") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.path == "/body")
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    else if (request.path == "/chunk")
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf");
    else if (request.path == "/last-chunk")
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    else if (request.path == "/head")
      peer.send("HTTP/1.1 200 OK\r\nContent-Ty");
    else if (request.path == "/headers")
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n");
    else if (request.path == "/status")
      peer.send("HTTP/1.1 20");
    peer.close();
  });
  for (const std::string path :
       {"/body", "/chunk", "/last-chunk", "/head", "/headers", "/status"}) {
    CAPTURE(path);
    EngineRun run(load_of({get(path)}, 6, 2), server.url());
    const auto before = server.requests();
    const auto outcome = run.cycle();
    CHECK(outcome.sent == 6);
    CHECK(outcome.answered == 0);
    CHECK(outcome.failed == 6);
    // Without a whole line there is nothing.
    CHECK(list(run.engine->summary().errors) ==
          (path == "/status" ? "empty answer 6" : "incomplete answer 6"));
    CHECK(server.requests() - before == 6);
  }
}

TEST_CASE("LoadEngine: what is no HTTP is a malformed answer") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.path == "/text") peer.send("hello\r\n\r\n");
    if (request.path == "/chunk")
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    if (request.path == "/headers")
      peer.send("HTTP/1.1 200 OK\r\nX: " + std::string(400'000, 'x') + "\r\n\r\n");
    peer.close();
  });
  EngineRun run(load_of({get("/text"), get("/chunk"), get("/headers")}, 12, 2), server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.failed == 12);
  CHECK(list(run.engine->summary().errors) == "malformed answer 12");
  check_counts(run, outcome, server);
}

TEST_CASE("LoadEngine: where nobody listens, all requests fail, and none was sent") {
  std::string url;
  {
    const SocketServer gone;
    url = gone.url();
  }
  EngineRun run(load_of({get("/")}, 50, 5), url);
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 0);
  CHECK(outcome.failed == 50);
  CHECK(run.engine->sent() == 0);
  CHECK(list(run.engine->summary().errors) == "connection refused 50");
}

TEST_CASE("LoadEngine: a status that was not asked for is answered and failed") {
  SocketServer server(
      [](Peer& peer, const Request& request) { peer.answer(std::stoi(request.path.substr(1))); });
  auto expects_404 = get("/404");
  expects_404.expect.status = {404, 410};
  auto expects_201 = get("/200");
  expects_201.expect.status = {201};
  EngineRun run(
      load_of({get("/200"), get("/302"), get("/404"), get("/500"), expects_404, expects_201}, 60,
              4),
      server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.answered == 60);
  CHECK(outcome.failed == 30);
  const auto summary = run.engine->summary();
  CHECK(list(summary.errors) == "status 200 10, status 404 10, status 500 10");
  CHECK(list(summary.statuses) == "200 20, 302 10, 404 20, 500 10");
  // Steps of the same name are one step.
  REQUIRE(summary.steps.size() == 4);
  CHECK(summary.steps[2].name == "GET /404");
  CHECK(summary.steps[2].requests == 20);
  CHECK(summary.steps[2].failed == 10);
  check_counts(run, outcome, server);
}

TEST_CASE("LoadEngine: a request without an answer in time has failed, and the run goes on") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.path == "/never") {
      std::string nothing;
      peer.read_body({"", "", "", 1, 0});  // until the other end gives up
      return peer.close();
    }
    if (request.path == "/half") {
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
      peer.read_body({"", "", "", 1, 0});
      return peer.close();
    }
    peer.answer(200);
  });
  auto spec = load_of({get("/never"), get("/"), get("/half"), get("/")}, 40, 5);
  spec.request_timeout = 60ms;
  EngineRun run(spec, server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 40);
  CHECK(outcome.answered == 20);
  CHECK(outcome.failed == 20);
  CHECK(list(run.engine->summary().errors) == "timeout 20");
  CHECK(run.engine->summary().latency.max_ms >= 60);
  check_counts(run, outcome, server);
}

TEST_CASE("LoadEngine: at the time limit a cycle ends with what it has") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.number_on_connection <= 2) return peer.answer(200);
    peer.read_body({"", "", "", 1, 0});
    peer.close();
  });
  EngineRun run(load_of({get("/")}, 100, 4), server.url());
  auto outcome = run.cycle(300ms);
  CHECK(outcome.timed_out);
  CHECK(outcome.sent == 12);
  CHECK(outcome.answered == 8);
  CHECK(outcome.failed == 0);  // four were cut short: the limit is ours
  CHECK(run.engine->summary().errors.empty());
  check_counts(run, outcome, server);

  outcome = run.cycle(300ms);  // on new connections
  CHECK(outcome.sent == 12);
  CHECK(run.engine->sent() == 24);
}

TEST_CASE("LoadEngine: an aborted cycle calls nobody back, and those after it are whole") {
  SocketServer server;
  EngineRun run(load_of({get("/"), model::ThinkStep{2ms}}, 2'000, 4), server.url());
  bool called = false;
  run.engine->start_cycle(30s, [&](load::CycleOutcome) { called = true; });
  REQUIRE(run.loop.run_until([&] { return run.engine->sent() > 20; }, run.loop.now() + 20s));
  run.engine->abort();
  const auto sent = run.engine->sent();
  run.rest(20ms);
  CHECK_FALSE(called);
  CHECK(run.engine->sent() == sent);

  auto spec = load_of({get("/")}, 50, 4);
  EngineRun other(spec, server.url());
  CHECK(other.cycle().sent == 50);
  other.engine->abort();  // none runs: nothing to do
  CHECK(other.cycle().answered == 50);
}

TEST_CASE("LoadEngine: an engine may go in the middle of a cycle") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.read_body({"", "", "", 1, 0});
    peer.close();
  });
  bool called = false;
  EngineRun run(load_of({get("/")}, 10, 3), server.url());
  run.engine->start_cycle(30s, [&](load::CycleOutcome) { called = true; });
  REQUIRE(run.loop.run_until([&] { return server.requests() == 3; }, run.loop.now() + 20s));
  run.engine.reset();
  run.rest(5ms);
  CHECK_FALSE(called);
}

TEST_CASE("LoadEngine: the callback may start the next cycle at once") {
  SocketServer server;
  EngineRun run(load_of({get("/")}, 20, 4), server.url());
  int cycles = 0;
  std::function<void(load::CycleOutcome)> next = [&](load::CycleOutcome outcome) {
    CHECK(outcome.sent == 20);
    if (++cycles < 5) run.engine->start_cycle(30s, next);
  };
  run.engine->start_cycle(30s, next);
  REQUIRE(run.loop.run_until([&] { return cycles == 5; }, run.loop.now() + 30s));
  CHECK(server.requests() == 100);
}

TEST_CASE("LoadEngine: reset_summary forgets what was counted, but not how many were sent") {
  SocketServer server([](Peer& peer, const Request&) { peer.answer(500); });
  EngineRun run(load_of({get("/")}, 10, 2), server.url());
  run.cycle();
  run.engine->reset_summary();
  const auto empty = run.engine->summary();
  CHECK(empty.sent == 0);
  CHECK(empty.answered == 0);
  CHECK(empty.failed == 0);
  CHECK(empty.errors.empty());
  CHECK(empty.statuses.empty());
  CHECK(empty.busy_ms == 0);
  CHECK(empty.latency.max_ms == 0);
  REQUIRE(empty.steps.size() == 1);
  CHECK(empty.steps[0].requests == 0);
  CHECK(run.engine->sent() == 10);

  run.cycle();
  CHECK(run.engine->summary().sent == 10);
  CHECK(run.engine->summary().busy_ms > 0);
  CHECK(run.engine->sent() == 20);
}
