// The words that the verdict adds: mode, native memory, keys, routes, suspects, windows of growth.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/unit/scenario/scratch_scenario.hpp"

using namespace leakcheck;
using namespace leakcheck::scenario;
using Isolate = model::LoadSpec::Isolate;
using model::Budget;
using std::chrono::hours;

namespace {

model::Scenario read(const std::string& text) {
  auto scenario = read_text_of(text, options_with(example_environment()));
  const std::string problems = scenario ? "" : render_problems(scenario.error());
  REQUIRE_MESSAGE(scenario.has_value(), problems);
  return std::move(*scenario);
}

std::string load_text(const std::string& keys) {
  return scenario_with("load: { flows: [{ steps: [get: /] }], " + keys + " }");
}

model::LoadSpec load_with(const std::string& keys) {
  return read(load_text(keys)).load;
}

Budget budget_of(const std::string& limits, const std::string& more = "") {
  const auto scenario = read(scenario_with("budgets: { heapUsed: " + limits + " }\n" + more));
  REQUIRE(scenario.budgets.size() == 1);
  return scenario.budgets[0];
}

std::string problems_with_budget(const std::string& limits) {
  return problems_of(scenario_with("budgets: { heapUsed: " + limits + " }"));
}

bool says(const std::string& problems, const std::string& part) {
  return problems.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("VerdictVocabulary") {
  TEST_CASE("VerdictVocabulary: a mode is asked for by name, or left to the run") {
    CHECK(read(scenario_with("mode: auto")).mode == model::Mode::automatic);
    CHECK(read(scenario_with("mode: quiet")).mode == model::Mode::quiet);
    CHECK(read(scenario_with("mode: freeze")).mode == model::Mode::freeze);
    CHECK(read(scenario_with("mode: native")).mode == model::Mode::native);
    CHECK(says(problems_of(scenario_with("mode: automatic")),
               "mode must be one of auto, quiet, freeze, native"));
  }

  TEST_CASE("VerdictVocabulary: malloc is counted unless the target says otherwise") {
    const auto counted = [](const std::string& keys) {
      return read(scenario_with("target: { command: [node, s.js], " + keys + " }"))
          .target.count_malloc;
    };
    CHECK(counted("countMalloc: true"));
    CHECK(!counted("countMalloc: false"));
    CHECK(!counted("countMalloc: \"{{ $env.LEAKCHECK_TEST_FALSE }}\""));
  }

  TEST_CASE("VerdictVocabulary: a budget that could never be judged is refused") {
    const std::string text =
        "target: { command: [node, s.js], countMalloc: false }\n"
        "budgets: { native: { perRequest: 64B } }";
    CHECK(problems_of(scenario_with(text)) ==
          "4:12: budgets.native with target.countMalloc: false | remove one of them: without "
          "countMalloc native memory is not known\n");
  }

  TEST_CASE("VerdictVocabulary: each route alone, after a failure or always or never") {
    CHECK(load_with("isolate: never").isolate == Isolate::never);
    CHECK(load_with("isolate: on-failure").isolate == Isolate::on_failure);
    CHECK(load_with("isolate: always").isolate == Isolate::always);
  }

  TEST_CASE("VerdictVocabulary: keys are bounded, or so many") {
    CHECK(!load_with("boundedKeys: false").bounded_keys);
    const auto bounded = load_with("boundedKeys: true");
    CHECK(bounded.bounded_keys);
    CHECK(bounded.key_count == 0);
    const auto counted = load_with("boundedKeys: 5e3");
    CHECK(counted.bounded_keys);
    CHECK(counted.key_count == 5000);
    CHECK(load_with("boundedKeys: \"{{ $env.LEAKCHECK_TEST_NUMBER }}\"").key_count == 50);
    CHECK(!load_with("boundedKeys: \"{{ $env.LEAKCHECK_TEST_FALSE }}\"").bounded_keys);
  }

  TEST_CASE(
      "VerdictVocabulary: requests of a cycle follow the collection unless they are written") {
    CHECK(load_with("vus: 1").cycles.follow_collection);
    CHECK(load_with("cycles: { max: 20 }").cycles.follow_collection);
    CHECK(!load_with("cycles: { requests: 100 }").cycles.follow_collection);
    CHECK(!load_with("phases: [{ duration: 1s, arrivalRate: 9 }]").cycles.follow_collection);
  }

  TEST_CASE("VerdictVocabulary: a suspect is a module, with a variant when there is one") {
    const auto suspects =
        read(scenario_with(
                 "target: { command: node s.js, shell: true }\n"
                 "suspects: [sharp, \"@scope/pack.age\", JSONStream, ./lib/cache.js, "
                 "{ module: canvas }, { module: ../pdf, env: { NO_PDF: \"{{ $port }}\" } }, "
                 "{ module: sharp, command: \"A=1 node other.js\" }]"))
            .suspects;
    REQUIRE(suspects.size() == 7);
    CHECK(suspects[0].module == "sharp");
    CHECK(suspects[0].env.empty());
    CHECK(suspects[0].command.empty());
    CHECK(suspects[1].module == "@scope/pack.age");
    CHECK(suspects[3].module == "./lib/cache.js");
    CHECK(suspects[4].module == "canvas");
    REQUIRE(suspects[5].env.size() == 1);
    CHECK(suspects[5].env[0].first == "NO_PDF");
    CHECK(shown(suspects[5].env[0].second) == "{{$port}}");
    REQUIRE(suspects[6].command.size() == 1);  // target.shell holds for it too
    CHECK(shown(suspects[6].command[0]) == "A=1 node other.js");
    CHECK(read(scenario_with("suspects: []")).suspects.empty());
    const auto words = read(scenario_with("suspects: [{ module: a, command: node b.js }]"));
    CHECK(words.suspects.at(0).command.size() == 2);
  }

  TEST_CASE("VerdictVocabulary: what is no module, and a module that is suspected twice") {
    for (const char* name : {"\"\"", ".", "./", "@scope", "\"@/x\"", "\"@scope/\"", "a/b", "a b",
                             "node:fs", "_private", "/lib/x", ".hidden", "\"@scope/a/b\""})
      CHECK_MESSAGE(problems_of(scenario_with(std::string("suspects: [") + name + "]")) != "valid",
                    name);
    CHECK(says(problems_of(scenario_with("suspects: [" + std::string(215, 'a') + "]")),
               "is not the name of a module"));
    CHECK(problems_of(scenario_with("suspects: [a, b, { module: a }]")) ==
          "4:18: \"a\" is suspected twice | remove one of them\n");
    // Two variants of one module are two questions.
    CHECK(problems_of(scenario_with("suspects: [a, { module: a, env: { A: 1 } }, "
                                    "{ module: a, env: { A: 2 } }]")) == "valid");
  }

  TEST_CASE("VerdictVocabulary: at most 16 suspects, each a run of its own") {
    std::string list = "m1";
    for (int i = 2; i <= 16; ++i) list += ", m" + std::to_string(i);
    CHECK(read(scenario_with("suspects: [" + list + "]")).suspects.size() == 16);
    CHECK(says(problems_of(scenario_with("suspects: [" + list + ", m17]")), "more than 16"));
  }

  TEST_CASE("VerdictVocabulary: growth has no window, one of time, or one of requests") {
    const Budget plain = budget_of("{ growth: 15% }");
    CHECK(plain.limit == 15.0);
    CHECK(plain.over.count() == 0);
    CHECK(plain.over_requests == 0);
    CHECK(plain.requests_per_second == 0.0);
    CHECK(plain.text == "15%");
    const Budget time = budget_of("{ growth: 15%, over: 6h, at: 300/m }");
    CHECK(time.over == hours(6));
    CHECK(time.requests_per_second == 5.0);
    CHECK(time.text == "15% over 6h at 300/m");
    CHECK(budget_of("{ growth: 15%, over: 365d }").over == hours(365 * 24));
    CHECK(budget_of("{ growth: 15%, over: 6h }").requests_per_second == 0.0);
    const Budget requests = budget_of("{ growth: 15 %, over: 100000 requests }");
    CHECK(requests.over.count() == 0);
    CHECK(requests.over_requests == 100'000);
    CHECK(requests.text == "15 % over 100000 requests");
  }

  TEST_CASE("VerdictVocabulary: growth, window and rate also in one line") {
    const Budget line = budget_of("{ growth: \"15% over 6h\" }");
    CHECK(line.kind == Budget::Kind::growth_percent);
    CHECK(line.limit == 15.0);
    CHECK(line.over == hours(6));
    CHECK(line.text == "15% over 6h");
    const Budget all = budget_of("{ growth: 1.5 % over 30d at 1000/h }");
    CHECK(all.limit == 1.5);
    CHECK(all.over == hours(30 * 24));
    CHECK(all.requests_per_second == doctest::Approx(1000.0 / 3600));
    CHECK(budget_of("{ growth: 15% over 6h, at: 20/s }").requests_per_second == 20.0);
    CHECK(budget_of("{ growth: 15% over 5000 requests }").over_requests == 5000);
  }

  TEST_CASE("VerdictVocabulary: a window without growth, and a rate without a time") {
    CHECK(problems_with_budget("{ over: 6h }") ==
          "4:24: budgets.heapUsed.over needs growth | write { growth: 15%, over: 6h, at: 20/s }\n");
    CHECK(problems_with_budget("{ growth: 15%, at: 20/s }") ==
          "4:37: budgets.heapUsed.at needs over | the rate says how many requests over 6h have: "
          "write over: 6h\n");
    CHECK(problems_with_budget("{ growth: 15%, over: 100 requests, at: 20/s }") ==
          "4:57: budgets.heapUsed.at needs a time in over | remove it: over says already how many "
          "requests there are\n");
    CHECK(problems_with_budget("{ growth: 15% over 6h, over: 7d }") ==
          "4:45: budgets.heapUsed.over is in budgets.heapUsed.growth already | keep one of them\n");
  }

  TEST_CASE("VerdictVocabulary: windows and rates have bounds") {
    for (const char* over : {"999ms", "366d", "0 requests", "1000000000001 requests", "100000",
                             "6 hours", "-1 requests", "1.5 requests", "many requests"})
      CHECK_MESSAGE(says(problems_with_budget("{ growth: 15%, over: " + std::string(over) + " }"),
                         "budgets.heapUsed.over must be a time from 1s to 365d, or 1 to "
                         "1000000000000 requests"),
                    over);
    for (const char* at : {"20", "0/s", "-1/s", "20/d", "20 per s", "100001/s", "/s"})
      CHECK_MESSAGE(
          says(problems_with_budget("{ growth: 15%, over: 6h, at: " + std::string(at) + " }"),
               "budgets.heapUsed.at must be requests in a time, at most 100000 a second"),
          at);
    CHECK(budget_of("{ growth: 15%, over: 1s, at: 100000/s }").over.count() == 1000);
    CHECK(budget_of("{ growth: 15%, over: 1000000000000 requests }").over_requests ==
          1'000'000'000'000);
  }

  TEST_CASE("VerdictVocabulary: a window may come from another file or a profile than growth") {
    const auto text = scenario_with(
        "budgets: { heapUsed: { growth: 15% } }\n"
        "profiles: { weekly: { budgets: { heapUsed: { over: 7d, at: 20/s } } } }");
    const auto scenario = read_text_of(text, options_with({}, "weekly"));
    REQUIRE(scenario.has_value());
    CHECK(scenario->budgets.at(0).over == hours(7 * 24));
    CHECK(read(text).budgets.at(0).over.count() == 0);
  }

  TEST_CASE("VerdictVocabulary: native memory has budgets, but no highest reading") {
    const auto budgets =
        read(scenario_with("budgets: { native: { perRequest: 64B, growth: 10% over 6h } }"))
            .budgets;
    REQUIRE(budgets.size() == 2);
    CHECK(budgets[0].quantity == model::Quantity::native);
    CHECK(budgets[1].kind == Budget::Kind::per_request);
    CHECK(problems_of(scenario_with("budgets: { native: { max: 1GB } }")) ==
          "4:22: budgets.native.max cannot be limited: native memory is read after collections, "
          "not in between, so its highest is not known | write native: { perRequest: 64B }, and "
          "limit the highest reading of rss\n");
    CHECK(says(problems_of(scenario_with("budgets: { rss: { over: 6h } }")),
               "budgets.rss.over cannot be limited: the rss of healthy services"));
  }

  TEST_CASE("VerdictVocabulary: days are a time everywhere") {
    CHECK(load_with("max: 7d").max == hours(168));
    CHECK(says(problems_of(load_text("max: 8d")), "load.max must be from 1s to 168h"));
  }
}
