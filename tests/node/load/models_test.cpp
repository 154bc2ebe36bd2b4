// When requests go out, and what their latency is counted from.
#include <algorithm>
#include <mutex>
#include <set>

#include "harness/load/arrival_schedule.hpp"
#include "tests/node/load/engine_run.hpp"
#include "tests/node/load/socket_server.hpp"

using namespace leakcheck;
using namespace leakcheck::test;

namespace {

model::Flow flow(const std::string& name, int weight, std::vector<model::Step> steps) {
  return {name, weight, std::move(steps)};
}

/// A server that answers nothing for a while, once.
class Stall {
 public:
  Stall(Duration after, Duration length) : after_(after), length_(length) {}

  void serve(Peer& peer) {
    const TimePoint now = SteadyClock().now();
    TimePoint until = now;
    {
      const std::lock_guard lock(mutex_);
      if (begins_ == TimePoint()) begins_ = now + after_;
      if (now >= begins_ && now < begins_ + length_) until = begins_ + length_;
    }
    std::this_thread::sleep_until(until);
    peer.answer(200);
  }

  /// How long a request must have waited that was to start then.
  Duration wait_of(TimePoint intended) const {
    const bool is_in_it = intended >= begins_ && intended < begins_ + length_;
    return is_in_it ? begins_ + length_ - intended : Duration(0);
  }

 private:
  Duration after_;
  Duration length_;
  std::mutex mutex_;
  TimePoint begins_{};
};

double percentile(std::vector<Duration> values, double percent) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(percent / 100 * static_cast<double>(values.size()));
  return to_ms(values[std::min(rank, values.size() - 1)]);
}

}  // namespace

TEST_CASE("closed model: as many requests in flight as virtual users, never more") {
  SocketServer server([](Peer& peer, const Request&) {
    std::this_thread::sleep_for(3ms);
    peer.answer(200);
  });
  EngineRun run(load_of({get("/")}, 150, 6), server.url());
  CHECK(run.cycle().answered == 150);
  CHECK(server.most_in_flight() == 6);
}

TEST_CASE("closed model: more users than iterations do no harm") {
  SocketServer server;
  EngineRun run(load_of({get("/")}, 3, 40), server.url());
  CHECK(run.cycle().sent == 3);
  CHECK(run.cycle().sent == 3);
  CHECK(server.requests() == 6);
}

TEST_CASE("closed model: every cycle holds the flows in their exact weights") {
  SocketServer server;
  model::LoadSpec spec;
  spec.vus = 5;
  spec.cycles.requests = 50;
  spec.flows = {flow("seven", 7, {get("/seven")}),
                flow("two", 2, {get("/two"), model::ThinkStep{1ms}, get("/two")}),
                flow("one", 1, {model::ThinkStep{1ms}, get("/one")})};
  EngineRun run(spec, server.url());
  CHECK(run.engine->requests_per_cycle() == 60);  // whole rounds of 12
  for (int cycle = 1; cycle <= 3; ++cycle) {
    CHECK(run.cycle().sent == 60);
    const std::string times = std::to_string(cycle);
    const auto seen = server.seen_by_path();
    CHECK(seen.at("/seven") == 35 * cycle);
    CHECK(seen.at("/two") == 20 * cycle);
    CHECK(seen.at("/one") == 5 * cycle);
  }
}

TEST_CASE("closed model: thinking is no load and no latency") {
  SocketServer server;
  EngineRun run(load_of({get("/"), model::ThinkStep{40ms}, get("/"), model::ThinkStep{40ms}}, 4, 1),
                server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 4);
  CHECK(outcome.took >= 160ms);
  CHECK(run.engine->summary().latency.p50_ms < 40);
}

TEST_CASE("flows: a step that fails does not keep the next one from being sent") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.path == "/bad") return peer.close();
    peer.answer(200);
  });
  EngineRun run(load_of({get("/bad"), get("/good")}, 40, 3), server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 40);
  CHECK(outcome.failed == 20);
  CHECK(server.seen_by_path() == std::map<std::string, int>{{"/bad", 20}, {"/good", 20}});
}

TEST_CASE("variables: $sequence never repeats, from cycle to cycle and between users and flows") {
  SocketServer server;
  model::LoadSpec spec;
  spec.vus = 9;
  spec.cycles.requests = 100;
  spec.flows = {flow("a", 2, {get("/a/{{ $sequence }}")}),
                flow("b", 1, {get("/a/{{ $sequence }}")})};
  EngineRun run(spec, server.url());
  for (int cycle = 0; cycle < 3; ++cycle) run.cycle();
  CHECK(server.requests() == 306);
  CHECK(server.seen_by_path().size() == 306);
}

TEST_CASE("variables: one seed, one series of requests; another seed, another") {
  const auto paths = [](std::uint64_t seed) {
    SocketServer server;
    auto spec = load_of({get("/{{ $uuid }}/{{ $randomNumber(1, 1000000) }}/{{ name }}")}, 20, 1);
    spec.seed = seed;
    const model::Payload payload{
        {"name"}, {{"a"}, {"b"}, {"c"}, {"d"}, {"e"}}, model::Payload::Order::random};
    EngineRun run(spec, server.url(), payload);
    run.cycle();
    run.cycle();
    std::vector<std::string> out;
    for (const Request& request : server.seen()) out.push_back(request.path);
    CHECK(std::set<std::string>(out.begin(), out.end()).size() == 40);
    return out;
  };
  const auto first = paths(7);
  CHECK(first == paths(7));
  CHECK(first != paths(8));
}

TEST_CASE("open model: no iteration starts early, none is left out, and latency is short") {
  SocketServer server;
  auto spec = load_of({get("/")}, 100, 50);
  spec.arrival_rate = 500;
  EngineRun run(spec, server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 100);
  CHECK(outcome.answered == 100);
  CHECK(outcome.took >= 198ms);  // the hundredth starts 99 intervals after the first
}

TEST_CASE("open model: latency counts from when a request was meant to start") {
  // 300 requests at 200/s over 1.5 s, of which the server stalls for 300 ms. Five users cannot send
  // what is due meanwhile; counted from the sending, only five requests would have waited.
  Stall stall(500ms, 300ms);
  SocketServer server([&](Peer& peer, const Request&) { stall.serve(peer); });
  auto spec = load_of({get("/")}, 300, 5);
  spec.arrival_rate = 200;
  EngineRun run(spec, server.url());
  const load::ArrivalSchedule schedule(run.loop.now(), 200, 300);
  CHECK(run.cycle().answered == 300);
  CHECK(server.most_in_flight() <= 5);

  std::vector<Duration> truth;
  for (int k = 0; k < 300; ++k) truth.push_back(stall.wait_of(schedule.intended(k)));
  for (const double percent : {85.0, 90.0, 95.0, 99.0}) {
    CAPTURE(percent);
    const double least = percentile(truth, percent);
    CHECK(least > 50);  // else the test shows nothing
    CHECK(run.engine->latency_percentile_ms(percent, "") >= 0.99 * least - 6);  // a rank is 5 ms
    CHECK(run.engine->latency_percentile_ms(percent, "") <= least + 150);       // a busy machine
  }
  CHECK(run.engine->summary().latency.max_ms >= 0.99 * percentile(truth, 100) - 6);
}

TEST_CASE("open model: our own lateness is in the latency too") {
  SocketServer server;
  auto spec = load_of({get("/")}, 50, 50);
  spec.arrival_rate = 200;
  EngineRun run(spec, server.url());
  run.loop.call_after(100ms, [] { std::this_thread::sleep_for(100ms); });
  CHECK(run.cycle().answered == 50);
  CHECK(run.engine->summary().latency.max_ms >= 90);
}

TEST_CASE("open model: with too few users all iterations are run, and the waiting is counted") {
  SocketServer server([](Peer& peer, const Request&) {
    std::this_thread::sleep_for(10ms);
    peer.answer(200);
  });
  auto spec = load_of({get("/")}, 40, 1);
  spec.arrival_rate = 1'000;
  EngineRun run(spec, server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 40);
  CHECK(server.most_in_flight() == 1);
  // The last was due after 39 ms and answered after 400.
  CHECK(run.engine->summary().latency.max_ms >= 355);
  CHECK(run.engine->summary().latency.p50_ms >= 170);
}
