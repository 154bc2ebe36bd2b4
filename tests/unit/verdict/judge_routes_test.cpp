#include "harness/verdict/judge_routes.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace leakcheck;
using model::Answer;
using model::Quantity;
using verdict::RouteRun;

namespace {

constexpr int kRequests = 100;  // of the route, in a cycle

/// What a route's run looks like to the verdict.
struct Shape {
  double keeps = 0;  ///< bytes of its every request, and of those before it
  double noise = 0;  ///< standard deviation of a level
  std::vector<std::string> with{};
  double share = 0.2;
  int steps = 4;
  std::vector<double> jumps{};  ///< added to the steps, from the first
  double buffers = 0;           ///< the same as keeps, in Buffers
};

RouteRun run_of(const std::string& name, const Shape& shape, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, 1);
  RouteRun run{name, shape.with, {}, {}, shape.share, ""};
  double level = 8e6;
  for (int k = 0; k <= shape.steps; ++k) {
    const auto step = static_cast<std::size_t>(k) - 1;
    if (k > 0) level += kRequests * shape.keeps;
    if (k > 0 && step < shape.jumps.size()) level += shape.jumps[step];
    model::Cycle cycle;
    cycle.phase = model::Phase::routes;
    cycle.route = name;
    cycle.requests = kRequests * (1 + static_cast<int>(shape.with.size()));
    cycle.post_gc.heap_used = {std::llround(level + shape.noise * normal(random))};
    cycle.post_gc.array_buffers = {std::llround(1e5 + kRequests * shape.buffers * k)};
    cycle.post_gc.external = cycle.post_gc.array_buffers;
    run.cycles.push_back(cycle);
  }
  run.sent.push_back({name, std::int64_t{kRequests} * shape.steps});
  for (const std::string& before : shape.with)
    run.sent.push_back({before, std::int64_t{kRequests} * shape.steps});
  return run;
}

RouteRun not_run(const std::string& name, const std::string& problem) {
  RouteRun run;
  run.name = name;
  run.problem = problem;
  run.share = 0.2;
  return run;
}

model::Verdict leak_of(double bytes, Answer answer = Answer::leak) {
  model::Verdict verdict;
  verdict.answer = answer;
  for (const Quantity quantity :
       {Quantity::heap_used, Quantity::external, Quantity::array_buffers}) {
    model::QuantityVerdict each;
    each.quantity = quantity;
    each.answer = quantity == Quantity::heap_used ? answer : Answer::clean;
    each.budget_per_request = 4;
    if (quantity == Quantity::heap_used)
      each.growth = {bytes, 0.98 * bytes, 1.02 * bytes, 0.999, 30, 3000};
    verdict.quantities.push_back(each);
  }
  if (answer != Answer::clean) verdict.culprit = Quantity::heap_used;
  return verdict;
}

std::vector<RouteRun> six_routes(const Shape& leaky) {
  std::vector<RouteRun> runs;
  for (unsigned i = 0; i < 5; ++i)
    runs.push_back(run_of("GET /" + std::to_string(i), {.noise = 10, .share = 0.19}, i));
  runs.push_back(run_of("GET /leaky", leaky, 9));
  return runs;
}

bool names(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("routes: the leaky one of six is named with its bytes, the others keep nothing") {
  const auto verdict =
      verdict::judge_routes(six_routes({.keeps = 1280, .noise = 10, .share = 0.05}), leak_of(64));
  REQUIRE(verdict.routes.size() == 6);
  for (std::size_t i = 0; i < 5; ++i) {
    CAPTURE(i);
    CHECK_FALSE(verdict.routes[i].leaks);
    CHECK(verdict.routes[i].growth.high < 4);
    CHECK(verdict.routes[i].growth.low <= 0);
  }
  const model::RouteGrowth& leaky = verdict.routes.back();
  CHECK(leaky.leaks);
  CHECK(leaky.growth.bytes_per_request == doctest::Approx(1280).epsilon(0.001));
  CHECK(leaky.growth.low < 1280);
  CHECK(leaky.growth.high > 1280);
  CHECK(leaky.growth.deltas == 4);
  CHECK(leaky.growth.requests == 400);
  CHECK(names(verdict.say, "GET /leaky keeps 1,28"));
  CHECK(names(verdict.say, "B of every request; the other 5 routes keep nothing"));
  CHECK_FALSE(names(verdict.say, "mixture"));
}

TEST_CASE("routes: one odd step in four moves nothing, up or down, wherever it is") {
  for (const double jump : {230'000.0, -230'000.0})
    for (std::size_t at = 0; at < 4; ++at) {
      CAPTURE(jump);
      CAPTURE(at);
      Shape quiet{.noise = 5};
      quiet.jumps.assign(4, 0);
      quiet.jumps[at] = jump;
      Shape leaky = quiet;
      leaky.keeps = 64;
      const auto verdict = verdict::judge_routes(
          {run_of("GET /quiet", quiet), run_of("GET /leaky", leaky, 2)}, leak_of(12.8));
      CHECK_FALSE(verdict.routes[0].leaks);
      CHECK(verdict.routes[1].leaks);
      CHECK(verdict.routes[1].growth.bytes_per_request == doctest::Approx(64).epsilon(0.02));
    }
}

TEST_CASE("routes: two odd steps in four are no leak") {
  const auto run = run_of("GET /jumps", {.jumps = {0, 40'000, 0, 40'000}});
  const auto verdict = verdict::judge_routes({run, run_of("GET /", {})}, leak_of(64));
  CHECK_FALSE(verdict.routes[0].leaks);
  CHECK(verdict::wants_more_cycles({run}, leak_of(64)));
}

TEST_CASE("routes: what ran before a route is taken off, with the width of its interval") {
  const auto login = run_of("POST /login", {.keeps = 500});
  const auto read = run_of("GET /a", {.keeps = 500, .with = {"POST /login"}});
  const auto leaky = run_of("GET /b", {.keeps = 564, .with = {"POST /login"}});
  const auto verdict = verdict::judge_routes({login, read, leaky}, leak_of(112.8));
  CHECK(verdict.routes[0].leaks);
  CHECK_FALSE(verdict.routes[1].leaks);
  CHECK(verdict.routes[1].growth.bytes_per_request == 0);
  CHECK(verdict.routes[2].leaks);
  CHECK(verdict.routes[2].growth.bytes_per_request == doctest::Approx(64));
  const auto width = [](const model::RouteGrowth& route) {
    return route.growth.high - route.growth.low;
  };
  CHECK(width(verdict.routes[2]) == doctest::Approx(std::sqrt(2) * width(verdict.routes[0])));
  CHECK(names(verdict.say, "POST /login keeps 500"));
  CHECK(names(verdict.say, " and GET /b 64 B"));
}

TEST_CASE("routes: what is given back in a route that runs before is not put on the next") {
  const auto verdict = verdict::judge_routes(
      {run_of("POST /login", {.keeps = -10}), run_of("GET /a", {.with = {"POST /login"}})},
      leak_of(64));
  CHECK_FALSE(verdict.routes[0].leaks);
  CHECK_FALSE(verdict.routes[1].leaks);
  CHECK(verdict.routes[1].growth.bytes_per_request == 0);
}

TEST_CASE("routes: what ran three times before a route is taken off three times") {
  auto leaky = run_of("GET /b", {.keeps = 364, .with = {"POST /item"}});
  leaky.sent[1].requests *= 3;
  const auto verdict =
      verdict::judge_routes({run_of("POST /item", {.keeps = 100}), leaky}, leak_of(100));
  CHECK(verdict.routes[1].growth.bytes_per_request == doctest::Approx(64));
}

TEST_CASE("routes: steps that need each other in a circle cannot be told apart") {
  const auto verdict = verdict::judge_routes({run_of("GET /a", {.keeps = 64, .with = {"GET /b"}}),
                                              run_of("GET /b", {.keeps = 64, .with = {"GET /a"}})},
                                             leak_of(64));
  CHECK_FALSE(verdict.routes[0].leaks);
  CHECK(names(verdict.routes[0].problem, "could not be measured by itself"));
}

TEST_CASE("routes: thirty steps that all need those before are judged at once") {
  std::vector<RouteRun> runs;
  std::vector<std::string> before;
  for (int i = 0; i < 30; ++i) {
    const std::string name = "POST /" + std::to_string(i);
    runs.push_back(run_of(name, {.keeps = i == 20 ? 64.0 : i > 20 ? 64.0 : 0.0, .with = before}));
    before.push_back(name);
  }
  const auto verdict = verdict::judge_routes(runs, leak_of(64.0 / 30));
  for (std::size_t i = 0; i < 30; ++i) CHECK(verdict.routes[i].leaks == (i == 20));
}

TEST_CASE("routes: a leak that no route has needs the mixture") {
  const auto verdict = verdict::judge_routes(six_routes({.noise = 10, .share = 0.05}), leak_of(64));
  CHECK(verdict.say == "no route alone keeps anything: the leak needs the mixture");
}

TEST_CASE("routes: a leak that one route has in part needs the mixture for the rest") {
  const auto verdict =
      verdict::judge_routes(six_routes({.keeps = 100, .share = 0.05}), leak_of(64));
  CHECK(names(verdict.say, "GET /leaky keeps 100 B of every request"));
  CHECK(names(verdict.say,
              "of the 64 B that the mixture keeps per request: the rest needs the "
              "mixture"));
}

TEST_CASE("routes: that they keep more alone than together is said") {
  const auto verdict =
      verdict::judge_routes(six_routes({.keeps = 1280, .noise = 5, .share = 0.5}), leak_of(64));
  CHECK(names(verdict.say, "alone they keep more"));
}

TEST_CASE("routes: nothing is said of the mixture when it could hide in the intervals") {
  const auto runs = six_routes({.noise = 3000, .share = 0.3, .steps = 12});
  const auto verdict = verdict::judge_routes(runs, leak_of(6));
  CHECK_FALSE(verdict.routes.back().leaks);
  CHECK(names(verdict.say, "no route alone is seen to keep anything, but up to "));
  CHECK(names(verdict.say, "load.cycles.requests"));
}

TEST_CASE("routes: those that could not be run are named, and no leak is put on the mixture") {
  auto runs = six_routes({.share = 0.05});
  runs.push_back(not_run("POST /pay", "its requests fail alone: status 401 (100)"));
  const auto one = verdict::judge_routes(runs, leak_of(64));
  CHECK(one.say ==
        "no route that ran alone keeps anything; POST /pay could not be run alone: its requests "
        "fail alone: status 401 (100)");
  runs.push_back(not_run("GET /late", "there was no time for it (load.max)"));
  CHECK(names(verdict::judge_routes(runs, leak_of(64)).say,
              "2 routes could not be run alone: POST /pay (its requests fail alone: status 401 "
              "(100)) and GET /late"));
  runs.push_back(run_of("GET /after", {.with = {"POST /pay"}}));
  CHECK(names(verdict::judge_routes(runs, leak_of(64)).routes.back().problem,
              "could not be measured by itself"));
}

TEST_CASE("routes: a single one has the estimate of the whole load") {
  RouteRun only;
  only.name = "GET /";
  const auto verdict = verdict::judge_routes({only}, leak_of(64));
  CHECK(verdict.say == "GET / is the only route");
  REQUIRE(verdict.routes.size() == 1);
  CHECK(verdict.routes[0].leaks);
  CHECK(verdict.routes[0].growth.bytes_per_request == 64);
  CHECK(verdict.routes[0].problem.empty());
}

TEST_CASE("routes: of a clean load each route has the quantity that it keeps most of") {
  const auto verdict =
      verdict::judge_routes({run_of("GET /heap", {.keeps = 64}),
                             run_of("GET /buffers", {.buffers = 600}), run_of("GET /nothing", {})},
                            leak_of(0.2, Answer::clean));
  CHECK(verdict.routes[0].quantity == Quantity::heap_used);
  CHECK(verdict.routes[0].leaks);
  // external holds the same bytes: the Buffers are named.
  CHECK(verdict.routes[1].quantity == Quantity::array_buffers);
  CHECK(verdict.routes[1].growth.bytes_per_request == doctest::Approx(600));
  CHECK_FALSE(verdict.routes[2].leaks);
}

TEST_CASE("routes: the culprit's quantity decides, whatever else grows") {
  const auto verdict = verdict::judge_routes(
      {run_of("GET /heap", {.keeps = 64}), run_of("GET /buffers", {.buffers = 600})}, leak_of(32));
  CHECK(verdict.routes[0].leaks);
  CHECK_FALSE(verdict.routes[1].leaks);
  CHECK(verdict.routes[1].quantity == Quantity::heap_used);
}

TEST_CASE("routes: a run over which the processes changed says nothing") {
  auto changed = run_of("GET /a", {.keeps = 64});
  changed.cycles.back().processes = 2;
  const auto verdict = verdict::judge_routes({changed, run_of("GET /b", {})}, leak_of(64));
  CHECK_FALSE(verdict.routes[0].leaks);
  CHECK(names(verdict.routes[0].problem, "processes"));
}

TEST_CASE("routes: four steps are the least, more while the interval straddles the budget") {
  const auto wants = [](const Shape& shape) {
    return verdict::wants_more_cycles({run_of("GET /a", shape)}, leak_of(64));
  };
  CHECK(wants({.keeps = 64, .steps = 3}));
  CHECK_FALSE(wants({.keeps = 64, .steps = 4}));
  CHECK_FALSE(wants({.steps = 4}));
  CHECK(wants({.keeps = 4, .steps = 4}));
  CHECK(wants({.keeps = 4, .steps = 11}));
  CHECK_FALSE(wants({.keeps = 4, .steps = 12}));
  CHECK(wants({.noise = 3000, .steps = 5}));
}

namespace {

struct Rates {
  int leaks = 0;
  int held = 0;  // the truth is in the interval
  int steps = 0;
};

/// Runs a route until it wants no more cycles, over and over.
Rates run_many(double keeps, double noise, int runs) {
  Rates rates;
  for (int seed = 0; seed < runs; ++seed) {
    Shape shape{.keeps = keeps, .noise = noise};
    RouteRun run;
    for (;; ++shape.steps) {
      run = run_of("GET /a", shape, static_cast<unsigned>(seed));
      if (!verdict::wants_more_cycles({run}, leak_of(64))) break;
    }
    const auto route =
        verdict::judge_routes({run, run_of("GET /b", {})}, leak_of(64)).routes.front();
    rates.leaks += route.leaks ? 1 : 0;
    rates.held += route.growth.low <= keeps && keeps <= route.growth.high ? 1 : 0;
    rates.steps += shape.steps;
  }
  return rates;
}

}  // namespace

TEST_CASE("routes: over many seeds healthy ones are no leak, and leaks are found") {
  constexpr int kRuns = 2000;
  for (const double noise : {0.0, 50.0, 350.0, 1000.0, 3000.0}) {
    CAPTURE(noise);
    const Rates healthy = run_many(0, noise, kRuns);
    CHECK(healthy.leaks <= kRuns / 400);
    CHECK(healthy.held >= kRuns * 99 / 100);
    const Rates leaky = run_many(64, noise, kRuns);
    if (noise <= 350) CHECK(leaky.leaks == kRuns);
    CHECK(leaky.held >= kRuns * 99 / 100);
  }
  CHECK(run_many(0, 50, kRuns).steps <= 5 * kRuns);
}
