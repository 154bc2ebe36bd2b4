// The same counts against the server that matters: http.Server of Node.js.
#include "tests/node/load/node_server.hpp"
#include "tests/node/load/engine_run.hpp"

using namespace leakcheck;
using namespace leakcheck::test;

TEST_CASE("http.Server: sees as many requests as were sent, over as many connections as users") {
  NodeServer server;
  EngineRun run(
      load_of({get("/"), post("/", std::string(100'000, 'x')),
               request(model::Method::head, "/{{ $sequence }}"), request(model::Method::del, "/")},
              1'000, 10),
      server.url());
  for (int cycle = 0; cycle < 3; ++cycle) {
    const auto outcome = run.cycle();
    CHECK(outcome.sent == 1'000);
    CHECK(outcome.answered == 1'000);
    CHECK(outcome.failed == 0);
  }
  const auto seen = server.count();
  CHECK(seen.requests == 3'000);
  CHECK(seen.connections <= 10);
}

TEST_CASE("http.Server: without keepAlive, as many connections as requests") {
  NodeServer server;
  auto spec = load_of({get("/")}, 300, 10);
  spec.keep_alive = false;
  EngineRun run(spec, server.url());
  CHECK(run.cycle().answered == 300);
  const auto seen = server.count();
  CHECK(seen.requests == 300);
  CHECK(seen.connections == 300);
}

TEST_CASE("http.Server: a request that it handled and did not answer is not sent again") {
  NodeServer server;
  EngineRun run(load_of({get("/"), get("/destroy")}, 400, 5), server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 400);
  CHECK(outcome.answered == 200);
  CHECK(outcome.failed == 200);
  CHECK(server.count().requests == 400);
}

TEST_CASE(
    "http.Server: requests that meet the closing of a resting connection are counted once or not") {
  NodeServer server(5);
  EngineRun run(load_of({get("/"), model::ThinkStep{5ms}, get("/"), model::ThinkStep{6ms}}, 600, 2),
                server.url());
  const auto outcome = run.cycle();
  CAPTURE(list(run.engine->summary().errors));
  CHECK(outcome.answered + outcome.failed == 600);
  const auto seen = server.count();
  CHECK(outcome.answered <= seen.requests);
  CHECK(seen.requests <= outcome.sent);
  CHECK(outcome.sent <= 600);
  CHECK(seen.connections > 2);
  for (const auto& [kind, count] : run.engine->summary().errors) CHECK(kind == "connection closed");
}
