#include <doctest/doctest.h>

#include <map>
#include <string>

#include "tests/unit/scenario/scratch_scenario.hpp"

using namespace leakcheck;
using namespace leakcheck::scenario;
using model::SnapshotSpec;
using Take = SnapshotSpec::Take;
using Keep = SnapshotSpec::Keep;

namespace {

using Environment = std::map<std::string, std::string>;

SnapshotSpec read(const std::string& more, const std::string& profile = "",
                  const Environment& environment = {}) {
  auto scenario = read_text_of(scenario_with(more), options_with(environment, profile));
  const std::string problems = scenario ? "" : render_problems(scenario.error());
  REQUIRE_MESSAGE(scenario.has_value(), problems);
  return scenario->snapshots;
}

std::string problems_with(const std::string& snapshots) {
  return problems_of(scenario_with("snapshots: " + snapshots));
}

}  // namespace

TEST_CASE("Snapshots: a service that grows is asked for them, and their files stay if it fails") {
  for (const char* text :
       {"", "snapshots: {}", "snapshots: { take: on-growth }", "snapshots: { keep: on-failure }"}) {
    CAPTURE(text);
    CHECK(read(text).take == Take::on_growth);
    CHECK(read(text).keep == Keep::on_failure);
  }
}

TEST_CASE("Snapshots: when they are taken and whether their files stay, each by its word") {
  const auto never = read("snapshots: { take: never }");
  CHECK(never.take == Take::never);
  CHECK(never.keep == Keep::on_failure);
  CHECK(read("snapshots: { keep: always }").take == Take::on_growth);
  CHECK(read("snapshots: { keep: always }").keep == Keep::always);
  CHECK(read("snapshots: { keep: never }").keep == Keep::never);
  const auto both = read("snapshots: { take: \"never\", keep: \"always\" }");
  CHECK(both.take == Take::never);
  CHECK(both.keep == Keep::always);
}

TEST_CASE("Snapshots: never alone is short for take: never") {
  CHECK(read("snapshots: never").take == Take::never);
  CHECK(read("snapshots: never").keep == Keep::on_failure);
  CHECK(read("snapshots: \"never\"").take == Take::never);
}

TEST_CASE("Snapshots: a word can come from the environment") {
  const Environment environment = {{"TAKE", "never"}, {"KEEP", "always"}};
  const auto both =
      read(R"(snapshots: { take: "{{ $env.TAKE }}", keep: "{{ $env.KEEP }}" })", "", environment);
  CHECK(both.take == Take::never);
  CHECK(both.keep == Keep::always);
  CHECK(read(R"(snapshots: "{{ $env.TAKE }}")", "", environment).take == Take::never);
  CHECK(problems_of(scenario_with(R"(snapshots: "{{ $env.KEEP }}")"), options_with(environment)) ==
        "4:12: snapshots must be a map, or never; this is \"always\" | write snapshots: { take: "
        "on-growth, keep: on-failure }, or snapshots: never\n");
}

TEST_CASE("Snapshots: a profile merges maps, and replaces a word as well as a map by a word") {
  const std::string map =
      "snapshots: { keep: always }\n"
      "profiles: { take: { snapshots: { take: never } }, short: { snapshots: never }, same: {} }";
  CHECK(read(map, "take").take == Take::never);
  CHECK(read(map, "take").keep == Keep::always);
  CHECK(read(map, "short").take == Take::never);
  CHECK(read(map, "short").keep == Keep::on_failure);
  CHECK(read(map, "same").keep == Keep::always);
  const std::string word =
      "snapshots: never\n"
      "profiles: { keep: { snapshots: { keep: always } }, same: {} }";
  CHECK(read(word, "keep").take == Take::on_growth);
  CHECK(read(word, "keep").keep == Keep::always);
  CHECK(read(word, "same").take == Take::never);
}

TEST_CASE("Snapshots: what this version does not take is refused, and on-growth is the cure") {
  CHECK(problems_with("{ take: baseline-and-final }") ==
        "4:20: \"baseline-and-final\" in snapshots.take is not supported by this version of "
        "leakcheck | write take: on-growth\n");
  CHECK(problems_with("baseline-and-final") ==
        "4:12: \"baseline-and-final\" in snapshots is not supported by this version of leakcheck "
        "| write snapshots: { take: on-growth }\n");
  CHECK(problems_with("{ take: 5 }") ==
        "4:20: \"5\" in snapshots.take is not supported by this version of leakcheck | write "
        "take: on-growth\n");
  CHECK(problems_with("1e2") ==
        "4:12: \"1e2\" in snapshots is not supported by this version of leakcheck | write "
        "snapshots: { take: on-growth }\n");
  // keep knows no numbers, in no version.
  CHECK(problems_with("{ keep: 5 }") ==
        "4:20: snapshots.keep must be one of on-failure, always, never; this is \"5\" | known "
        "values: on-failure, always, never\n");
}

TEST_CASE("Snapshots: no snapshot each 0, each -1 or each 1.5 cycles, in any version") {
  for (const std::string number : {"0", "-1", "1.5", ".inf", "0x"})
    CHECK(problems_with("{ take: " + number + " }") ==
          "4:20: snapshots.take must be one of on-growth, never; this is \"" + number +
              "\" | known values: on-growth, never\n");
}

TEST_CASE("Snapshots: a wrong word or key is answered with the nearest") {
  CHECK(problems_with("{ take: on-growht, keep: on-failed }") ==
        "4:20: snapshots.take must be one of on-growth, never; this is \"on-growht\" | did you "
        "mean \"on-growth\"?\n"
        "4:37: snapshots.keep must be one of on-failure, always, never; this is \"on-failed\" | "
        "did you mean \"on-failure\"?\n");
  CHECK(problems_with("{ taek: never }") ==
        "4:14: unknown key \"taek\" in snapshots | did you mean \"take\"?\n");
  CHECK(problems_with("nver") ==
        "4:12: snapshots must be a map, or never; this is \"nver\" | did you mean \"never\"?\n");
  CHECK(problems_of(scenario_with("snapshot: never")) ==
        "4:1: unknown key \"snapshot\" in the scenario | did you mean \"snapshots\"?\n");
}

TEST_CASE("Snapshots: what is neither a map nor never is told how both are written") {
  const std::string cure =
      " | write snapshots: { take: on-growth, keep: on-failure }, or snapshots: never\n";
  for (const char* word : {"on-growth", "always", "off", "false"})
    CHECK(problems_with(word) ==
          "4:12: snapshots must be a map, or never; this is \"" + std::string(word) + "\"" + cure);
  CHECK(problems_with("[never]") ==
        "4:12: snapshots must be a map, or never; this is a list" + cure);
  CHECK(problems_with("") == "4:1: snapshots must be a map, or never; this is empty" + cure);
  CHECK(problems_with("{ take: [never] }") ==
        "4:20: snapshots.take must be text; this is a list | \n");
}
