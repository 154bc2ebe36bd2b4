// The same cycle again, and when iterations begin.
#include "tests/node/load/engine_run.hpp"
#include "tests/node/load/socket_server.hpp"

using namespace leakcheck;
using namespace leakcheck::test;

namespace {

model::LoadSpec with_keys(int requests, int vus) {
  auto write = post("/{{ $sequence }}/{{ $randomNumber(1, 1000000) }}", "{{ $uuid }} {{ name }}");
  model::LoadSpec spec;
  spec.vus = vus;
  spec.cycles.requests = requests;
  spec.flows = {{"read", 2, {get("/read/{{ $iteration }}/{{ $randomString(9) }}")}},
                {"write", 1, {write, model::ThinkStep{1ms}, write}}};
  spec.cookies = model::LoadSpec::Cookies::off;
  return spec;
}

const model::Payload kNames{
    {"name"}, {{"a"}, {"b"}, {"c"}, {"d"}, {"e"}, {"f"}, {"g"}}, model::Payload::Order::random};

/// Everything that came since `from`, with bodies, whatever the order.
struct Recorder {
  std::mutex mutex;
  std::multiset<std::string> requests;
  SocketServer server{[this](Peer& peer, const Request& request) {
    const std::string body = peer.read_body(request);
    {
      const std::lock_guard lock(mutex);
      requests.insert(request.head + "\n" + body);
    }
    peer.answer(200);
  }};

  std::multiset<std::string> take() {
    const std::lock_guard lock(mutex);
    return std::exchange(requests, {});
  }
};

}  // namespace

TEST_CASE("replay: the same requests, byte for byte, and then fresh ones again") {
  Recorder recorder;
  EngineRun run(with_keys(120, 7), recorder.server.url(), kNames);
  run.cycle();
  recorder.take();
  const auto begin = run.engine->position();
  run.cycle();
  const auto second = recorder.take();
  const auto end = run.engine->position();
  CHECK(second.size() == 120);

  CHECK(run.replay(begin).sent == 120);
  CHECK(recorder.take() == second);
  CHECK(run.engine->position().iteration == end.iteration);
  CHECK(run.engine->position().sequence == end.sequence);

  run.cycle();
  for (const std::string& request : recorder.take()) CHECK(second.count(request) == 0);
}

TEST_CASE("replay: one that is aborted leaves the load where it was") {
  SocketServer server;
  EngineRun run(with_keys(120, 7), server.url(), kNames);
  run.cycle();
  const auto end = run.engine->position();
  run.engine->replay_cycle({0, 0}, 30s, [](load::CycleOutcome) {});
  run.engine->abort();
  CHECK(run.engine->position().sequence == end.sequence);
}

TEST_CASE("replay: repeated keys are no new ones") {
  SocketServer server;
  auto spec = load_of({get("/{{ $sequence }}")}, 500, 5);
  EngineRun run(spec, server.url());
  run.cycle();
  run.replay({0, 0});
  const auto variables = run.engine->summary().variables;
  REQUIRE(variables.size() == 1);
  CHECK(variables[0].name == "$sequence");
  CHECK(variables[0].uses == 500);  // a replay is no part of the load
  CHECK(run.engine->summary().sent == 500);
  CHECK(variables[0].distinct >= 490);
  CHECK(variables[0].distinct <= 510);
}

TEST_CASE("payload: rows that must be unique end the cycle when they are used up") {
  SocketServer server;
  const model::Payload rows{
      {"name"}, {{"a"}, {"b"}, {"c"}, {"d"}, {"e"}}, model::Payload::Order::unique};
  EngineRun run(load_of({get("/{{ name }}")}, 3, 2), server.url(), rows);
  CHECK_FALSE(run.cycle().used_up);
  const auto outcome = run.cycle();
  CHECK(outcome.used_up);
  CHECK(outcome.sent == 2);
  CHECK(server.seen_by_path().size() == 5);
}

TEST_CASE("open model: arrivals that find no free user are dropped and counted") {
  SocketServer server([](Peer& peer, const Request&) {
    std::this_thread::sleep_for(100ms);
    peer.answer(200);
  });
  auto spec = load_of({get("/")}, 50, 2);
  spec.arrival_rate = 100;  // 500 ms, in which two users can do about ten
  spec.when_busy = model::LoadSpec::WhenBusy::drop;
  EngineRun run(spec, server.url());
  const auto outcome = run.cycle();
  const auto summary = run.engine->summary();
  CHECK(outcome.sent < 25);
  CHECK(summary.dropped_iterations == 50 - outcome.sent);
  CHECK(summary.iterations == outcome.sent);
  CHECK(summary.late_iterations == 0);
  CHECK(server.requests() == outcome.sent);
}

TEST_CASE("open model: arrivals that wait for a user are counted as late, and none is lost") {
  SocketServer server([](Peer& peer, const Request&) {
    std::this_thread::sleep_for(20ms);
    peer.answer(200);
  });
  auto spec = load_of({get("/")}, 30, 1);
  spec.arrival_rate = 200;
  EngineRun run(spec, server.url());
  CHECK(run.cycle().sent == 30);
  const auto summary = run.engine->summary();
  CHECK(summary.late_iterations >= 25);
  CHECK(summary.dropped_iterations == 0);
  CHECK(summary.wanted_rate == 200);
}

TEST_CASE("open model: a ramp takes as long as its rates say") {
  SocketServer server;
  auto spec = load_of({get("/")}, 60, 5);
  spec.arrival_rate = 100;
  spec.ramp_to = 300;
  EngineRun run(spec, server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 60);
  CHECK(outcome.took >= 290ms);  // the last arrival comes after almost 300 ms
  CHECK(run.engine->summary().wanted_rate == 200);
}

TEST_CASE("open model: phases say how many iterations a cycle has, and pauses take time") {
  SocketServer server;
  auto spec = load_of({get("/")}, 1'000'000, 5);
  spec.phases = {{100ms, 100, 100}, {200ms, 0, 0}, {100ms, 200, 200}};
  EngineRun run(spec, server.url());
  CHECK(run.engine->requests_per_cycle() == 30);
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 30);
  CHECK(outcome.took >= 390ms);
}

TEST_CASE("run_for: begins iterations for so long, and waits for their answers") {
  SocketServer server;
  EngineRun run(load_of({get("/")}, 1, 3), server.url());
  const auto outcome = run.run_for(200ms);
  CHECK(outcome.took >= 200ms);
  CHECK_FALSE(outcome.timed_out);
  CHECK(outcome.sent > 3);
  CHECK(outcome.answered == outcome.sent);
  CHECK(server.requests() == outcome.sent);

  auto spec = load_of({get("/")}, 1, 3);
  spec.arrival_rate = 100;
  EngineRun open(spec, server.url());
  CHECK(open.run_for(300ms).sent == 30);
}

TEST_CASE("payload: rows that repeat are told, rows that were enough are not") {
  SocketServer server;
  const model::Payload rows{{"name"}, {{"a"}, {"b"}, {"c"}}, model::Payload::Order::sequence};
  EngineRun run(load_of({get("/{{ name }}")}, 3, 1), server.url(), rows);
  run.cycle();
  CHECK(run.engine->notes().empty());
  run.cycle();
  REQUIRE(run.engine->notes().size() == 1);
  CHECK(run.engine->notes()[0].starts_with("the payload was used up after 3 iterations"));
}

TEST_CASE("replay: a branch on chance takes the same way again, whichever user comes first") {
  SocketServer server;
  model::IfStep chance;
  chance.value = text("{{ $randomNumber(1, 1000000) }}");
  chance.matcher.kind = model::Matcher::Kind::matches;
  chance.matcher.pattern = "[02468]$";
  chance.then = {get("/even/{{ $iteration }}")};
  chance.otherwise = {get("/odd/{{ $iteration }}")};
  EngineRun run(load_of({chance}, 60, 6), server.url());
  run.cycle();
  const auto once = server.seen_by_path();
  CHECK(once.size() == 60);
  run.replay({0, 0});
  for (const auto& [path, count] : server.seen_by_path()) {
    CAPTURE(path);
    CHECK(count == 2);
  }
}

TEST_CASE("latency: the hold of a stream is none") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
    peer.wait_for_end();
  });
  model::SseStep events;
  events.url = text("/");
  events.name = "SSE /";
  events.hold = 2'000ms;
  EngineRun run(load_of({events}, 1, 1), server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.failed == 0);
  CHECK(outcome.took >= 2s);
  CHECK(run.engine->summary().latency.max_ms < 2'000);
}
