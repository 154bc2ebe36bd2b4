// How many connections the service sees: a leak for each connection must not look like one for each
// request, nor the other way round.
#include <mutex>

#include "tests/node/load/engine_run.hpp"
#include "tests/node/load/socket_server.hpp"

using namespace leakcheck;
using namespace leakcheck::test;

TEST_CASE("LoadEngine: kept connections last from cycle to cycle, one for each virtual user") {
  // 20 users are two groups of libcurl's. All are at work at once, and at the end of each cycle
  // fewer and fewer: none of the connections may go then.
  SocketServer server([](Peer& peer, const Request&) {
    std::this_thread::sleep_for(5ms);
    peer.answer(200);
  });
  EngineRun run(load_of({get("/")}, 200, 20), server.url());
  for (int cycle = 0; cycle < 4; ++cycle) CHECK(run.cycle().answered == 200);
  CHECK(server.connections() == 20);
}

TEST_CASE("LoadEngine: without keepAlive there are as many connections as requests") {
  SocketServer server;
  auto spec = load_of({get("/"), post("/", "body")}, 60, 4);
  spec.keep_alive = false;
  EngineRun run(spec, server.url());
  CHECK(run.cycle().answered == 60);
  CHECK(server.requests() == 60);
  CHECK(server.connections() == 60);
  for (const Request& seen : server.seen()) CHECK(seen.header("Connection") == "close");
}

TEST_CASE("LoadEngine: a server that ends its connections loses no request") {
  SocketServer server([](Peer& peer, const Request& request) {
    peer.answer(200, "ok", request.number_on_connection == 5 ? "Connection: close\r\n" : "");
    if (request.number_on_connection == 5) peer.close();
  });
  EngineRun run(load_of({get("/")}, 100, 1), server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.answered == 100);
  CHECK(outcome.failed == 0);
  CHECK(server.requests() == 100);
  CHECK(server.connections() == 20);
}

TEST_CASE("LoadEngine: connections that were closed while they rested are replaced") {
  SocketServer server([](Peer& peer, const Request&) {
    std::this_thread::sleep_for(5ms);  // all are in flight, so none meets a closing
    peer.answer(200);
    peer.close();  // unannounced, as after keepAliveTimeout
  });
  EngineRun run(load_of({get("/")}, 5, 5), server.url());
  for (int cycle = 1; cycle <= 5; ++cycle) {
    const auto outcome = run.cycle();
    CHECK(outcome.answered == 5);
    CHECK(outcome.failed == 0);
    CHECK(server.requests() == 5 * cycle);
    run.rest(30ms);
  }
}

TEST_CASE("LoadEngine: a request that meets the closing of its connection is counted once") {
  // Each connection ends right after an answer, without a word: many requests are written to one
  // that is closed, and libcurl would write them again.
  SocketServer server([](Peer& peer, const Request& request) {
    peer.answer(200);
    if (request.number_on_connection % 3 == 0) peer.close();
  });
  EngineRun run(load_of({get("/"), post("/", "body")}, 2'000, 8), server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.answered + outcome.failed == 2'000);
  CHECK(outcome.answered <= server.requests());
  CHECK(server.requests() <= outcome.sent);
  CHECK(outcome.sent <= 2'000);
  CHECK(server.connections() <= 1'000);
  for (const auto& [kind, count] : run.engine->summary().errors) CHECK(kind == "connection closed");
}

TEST_CASE("LoadEngine: a connection that rested for 4 s is not used again") {
  SocketServer server;
  EngineRun run(load_of({get("/")}, 2, 1), server.url());
  run.cycle();
  run.rest(1'500ms);
  run.cycle();
  CHECK(server.connections() == 1);
  run.rest(4'050ms);
  run.cycle();
  CHECK(server.connections() == 2);
  CHECK(server.requests() == 6);
}

TEST_CASE("LoadEngine: at a low rate the same few connections serve, however many users may") {
  SocketServer server;
  auto spec = load_of({get("/")}, 40, 200);
  spec.arrival_rate = 200;
  EngineRun run(spec, server.url());
  CHECK(run.cycle().answered == 40);
  CHECK(server.connections() <= 5);  // 1, but for a machine that stumbles
}
