#include "harness/scenario/problems.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/scenario/scratch_scenario.hpp"

using namespace leakcheck;
using namespace leakcheck::scenario;

TEST_CASE("Problems: all of them at once, in the order of the file") {
  CHECK(problems_of("version: 2\n"
                    "nmae: orders\n"
                    "target: { comand: [node, s.js] }\n"
                    "load:\n"
                    "  vus: 0\n"
                    "  flows: [{ steps: [{ get: orders }, { think: 5 }] }]\n"
                    "budgets: { heapUsed: { growth: 15 } }\n") ==
        "1:10: version must be 1; this is \"2\" | write version: 1\n"
        "2:1: unknown key \"nmae\" in the scenario | did you mean \"name\"?\n"
        "3:9: target.command is missing | write target: { command: [node, server.js] }\n"
        "3:11: unknown key \"comand\" in target | did you mean \"command\"?\n"
        "5:8: load.vus must be a whole number from 1 to 10000; this is \"0\" | \n"
        "6:28: the url of a request is a path; \"orders\" is not | it begins with \"/\", or is a "
        "whole http:// URL\n"
        "6:47: think must be a time; this is \"5\" | write a number and a unit: 20ms, 30s, 5m, 2h\n"
        "7:32: budgets.heapUsed.growth must be a percentage; this is \"15\" | write 15%, or \"15% "
        "over 6h\"\n");
}

TEST_CASE("Problems: columns are characters, not bytes") {
  CHECK(problems_of(scenario_with("profiles: { \"größer ☕\": { laod: {} } }")) ==
        "4:27: unknown key \"laod\" in the scenario | did you mean \"load\"?\n");
}

TEST_CASE("Problems: what an alias brings in is shown where it is written") {
  CHECK(problems_of("version: 1\n"
                    "target: { command: [node, s.js], stop: &times { timeout: 5 }, ready: { tcp: "
                    "true, <<: *times } }\n"
                    "load: { flows: [{ steps: [get: /] }] }\n") ==
        "2:58: target.ready.timeout must be a time; this is \"5\" | write a number and a unit: "
        "20ms, 30s, 5m, 2h\n"
        "2:58: target.stop.timeout must be a time; this is \"5\" | write a number and a unit: "
        "20ms, 30s, 5m, 2h\n");
}

TEST_CASE("Problems: one that several profiles share is said once") {
  const std::string problems = problems_of(
      scenario_with("mode: quite\nprofiles: { a: {}, b: { load: { vus: 5 } }, c: {} }"));
  CHECK(problems ==
        "4:7: mode must be one of auto, quiet, freeze, native; this is \"quite\" | did you "
        "mean \"quiet\"?\n");
}

TEST_CASE("Problems: a flood ends with a count, each problem counted once") {
  std::string text = "profiles: { a: {}, b: {} }\n";
  for (int i = 0; i < 250; ++i) text += "zz" + std::to_string(i) + ": 1\n";
  const auto scenario = read_text_of(scenario_with(text));
  REQUIRE(!scenario.has_value());
  CHECK(scenario.error().size() == 101);
  CHECK(scenario.error().back().message == "and 150 more problems");
  CHECK(scenario.error().back().line == 0);
}

TEST_CASE("Problems: text of the file is cut, and cannot control the terminal") {
  CHECK(in_quotes("a\nb\x1b[31mc") == "\"a bc\"");
  CHECK(in_quotes(std::string(60, 'x')) == "\"" + std::string(60, 'x') + "\"");
  CHECK(in_quotes(std::string(61, 'x')) == "\"" + std::string(60, 'x') + "…\"");
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "ü";
  CHECK(in_quotes(umlauts) == "\"" + umlauts.substr(0, 120) + "…\"");
  const std::string long_text = "{{ " + std::string(500'000, 'x');
  const std::string problems = problems_of(scenario_with("name: '" + long_text + "'"));
  CHECK(problems.find("is not closed in") != std::string::npos);
  CHECK(problems.size() < 1000);
  CHECK(render_problems({{"f", 1, 2, "a\x1b[2Jb", "c\nd"}}) == "f:1:2: ab\n    hint: c d\n");
}

TEST_CASE("Problems: a wrong word is answered with the nearest, or with all") {
  CHECK(suggest("arivalRate", {"vus", "arrivalRate"}, "keys") == "did you mean \"arrivalRate\"?");
  CHECK(suggest("zzz", {"vus", "arrivalRate"}, "keys") == "known keys: vus, arrivalRate");
  CHECK(suggest("zzz", {}, "profiles") == "there are no profiles here");
}

TEST_CASE("Problems: a key in the wrong case is near enough") {
  CHECK(problems_of(scenario_with("load: { VUS: 5, flows: [{ steps: [get: /] }] }"))
            .find("did you mean \"vus\"?") != std::string::npos);
  CHECK(problems_of(scenario_with("load: { arrival_rate: 5, flows: [{ steps: [get: /] }] }"))
            .find("did you mean \"arrivalRate\"?") != std::string::npos);
}
