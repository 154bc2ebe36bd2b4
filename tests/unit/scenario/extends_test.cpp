#include <doctest/doctest.h>

#include <string>

#include "tests/unit/scenario/scratch_scenario.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;
using namespace leakcheck::scenario;

namespace {

const char* const kBase =
    "version: 1\n"
    "target:\n"
    "  command: [node, server.js]\n"
    "  env: { A: base, B: base }\n"
    "  ready: { get: /healthz, statusCode: 204, timeout: 5s }\n"
    "load: { vus: 3, seed: 9, flows: [{ name: base, steps: [get: /base] }] }\n"
    "budgets: { heapUsed: { perRequest: 64B } }\n";

model::Scenario load(const fs::path& file, const std::string& profile = "") {
  auto scenario = load_scenario(file, options_with({}, profile));
  const std::string problems = scenario ? "" : render_problems(scenario.error());
  REQUIRE_MESSAGE(scenario.has_value(), problems);
  return std::move(*scenario);
}

std::string problems_in(const ScratchFolder& folder, const fs::path& file,
                        const std::string& profile = "") {
  const auto scenario = load_scenario(file, options_with({}, profile));
  if (scenario) return "valid";
  std::string problems = render_problems(scenario.error());
  const std::string prefix = folder.path().string() + "/";
  for (auto at = problems.find(prefix); at != std::string::npos; at = problems.find(prefix))
    problems.erase(at, prefix.size());
  return problems;
}

}  // namespace

TEST_CASE("Extends: maps merge key by key, lists and values are replaced") {
  const ScratchFolder folder;
  folder.write("base.yaml", kBase);
  const auto scenario =
      load(folder.write("s.yaml",
                        "extends: ./base.yaml\n"
                        "target: { env: { B: own, C: own } }\n"
                        "load: { vus: 5, flows: [{ name: own, steps: [get: /own] }] }\n"
                        "budgets: { heapUsed: { growth: 5% } }\n"));
  const auto& env = scenario.target.env;
  REQUIRE(env.size() == 3);
  CHECK(env[0].first == "A");
  CHECK(shown(env[0].second) == "base");
  CHECK(shown(env[1].second) == "own");
  CHECK(shown(env[2].second) == "own");
  CHECK(scenario.load.vus == 5);
  CHECK(scenario.load.seed == 9);
  REQUIRE(scenario.load.flows.size() == 1);
  CHECK(scenario.load.flows[0].name == "own");
  CHECK(scenario.budgets.size() == 2);
}

TEST_CASE("Extends: the last file of a list lies on top, the scenario over all") {
  const ScratchFolder folder;
  folder.write("base.yaml", kBase);
  folder.write("two.yaml", "load: { vus: 7, seed: 2 }\n");
  const auto scenario =
      load(folder.write("s.yaml", "extends: [base.yaml, two.yaml]\nload: { seed: 4 }\n"));
  CHECK(scenario.load.vus == 7);
  CHECK(scenario.load.seed == 4);
  CHECK(scenario.name == "s");
}

TEST_CASE("Extends: paths are relative to the file that has them") {
  const ScratchFolder folder;
  folder.write("shared/rows.csv", "id\n1\n");
  folder.write("shared/app/server.js", "");
  folder.write("shared/base.yaml", std::string(kBase) + "payload: { path: rows.csv }\n");
  folder.write("shared/more.yaml", "extends: base.yaml\ntarget: { cwd: app }\n");
  const auto scenario = load(folder.write("own/s.yaml", "extends: ../shared/more.yaml\n"));
  CHECK(scenario.target.cwd == folder.path() / "shared/app");
  CHECK(scenario.payload->rows.size() == 1);
  folder.write("shared/base.yaml", kBase);
  CHECK(load(folder.write("own/t.yaml", "extends: ../shared/base.yaml\n")).target.cwd ==
        folder.path() / "own");
}

TEST_CASE("Extends: another kind of readiness probe replaces that of the base") {
  const ScratchFolder folder;
  folder.write("base.yaml", kBase);
  const auto tcp =
      load(folder.write("s.yaml", "extends: base.yaml\ntarget: { ready: { tcp: true } }\n"));
  CHECK(std::holds_alternative<model::TcpReady>(tcp.target.ready.probe));
  CHECK(tcp.target.ready.timeout == std::chrono::seconds(5));
  const auto path =
      load(folder.write("t.yaml", "extends: base.yaml\ntarget: { ready: { get: /live } }\n"));
  CHECK(std::get<model::HttpReady>(path.target.ready.probe).status_code == 204);
}

TEST_CASE("Extends: a problem is shown in the file that it is in") {
  const ScratchFolder folder;
  folder.write("shared/base.yaml", std::string(kBase) + "mode: quite\n");
  CHECK(problems_in(folder,
                    folder.write("s.yaml", "extends: shared/base.yaml\nload: { vus: 0 }\n")) ==
        "s.yaml:2:14: load.vus must be a whole number from 1 to 10000; this is \"0\"\n"
        "shared/base.yaml:8:7: mode must be one of auto, quiet, freeze, native; this is \"quite\"\n"
        "    hint: did you mean \"quiet\"?\n");
}

TEST_CASE("Extends: nothing is called missing that may be in a file that cannot be read") {
  const ScratchFolder folder;
  CHECK(problems_in(folder, folder.write("s.yaml", "extends: none.yaml\nnmae: x\n")) ==
        "s.yaml:1:10: cannot read \"none.yaml\": there is no such file\n"
        "    hint: the path is relative to this file's folder\n"
        "s.yaml:2:1: unknown key \"nmae\" in the scenario\n"
        "    hint: did you mean \"name\"?\n");
}

TEST_CASE("Extends: circles end, however long, and also through links") {
  const ScratchFolder folder;
  folder.write("a.yaml", "extends: b.yaml\n");
  folder.write("b.yaml", "extends: c.yaml\n");
  folder.write("c.yaml", "extends: link.yaml\n");
  fs::create_symlink("a.yaml", folder.path() / "link.yaml");
  CHECK(problems_in(folder, folder.path() / "a.yaml")
            .find("c.yaml:1:10: \"link.yaml\" extends itself in a circle") != std::string::npos);
}

TEST_CASE("Extends: the same file twice is no circle, but files that multiply are refused") {
  const ScratchFolder folder;
  folder.write("base.yaml", kBase);
  CHECK(load(folder.write("s.yaml", "extends: [base.yaml, base.yaml]\n")).load.vus == 3);
  for (char name = 'a'; name < 'z'; ++name) {
    const std::string next(1, static_cast<char>(name + 1));
    folder.write(std::string(1, name) + ".yaml",
                 "extends: [" + next + ".yaml, " + next + ".yaml]\n");
  }
  folder.write("z.yaml", kBase);
  CHECK(problems_in(folder, folder.path() / "a.yaml").find("more than 32 files are extended") !=
        std::string::npos);
}

TEST_CASE("Profiles: one lies over the scenario, the others change nothing") {
  const ScratchFolder folder;
  const auto file = folder.write("s.yaml", std::string(kBase) +
                                               "profiles:\n"
                                               "  pr: { load: { vus: 1 } }\n"
                                               "  big: { name: big one, load: { vus: 50 } }\n");
  CHECK(load(file).load.vus == 3);
  CHECK(load(file, "pr").load.vus == 1);
  CHECK(load(file, "pr").profile == "pr");
  CHECK(load(file, "big").name == "big one");
  CHECK(load(file, "big").load.seed == 9);
}

TEST_CASE("Profiles: an unknown one names those that there are") {
  const ScratchFolder folder;
  const auto file =
      folder.write("s.yaml", std::string(kBase) + "profiles: { pr: {}, weekly: {} }\n");
  CHECK(problems_in(folder, file, "weekley") ==
        "s.yaml:8:1: unknown profile \"weekley\"\n"
        "    hint: did you mean \"weekly\"? profiles: pr, weekly\n");
  CHECK(problems_in(folder, folder.write("t.yaml", kBase), "pr") ==
        "t.yaml: unknown profile \"pr\"\n    hint: the scenario has no profiles\n");
}

TEST_CASE("Profiles: those of a base can be chosen, and are merged with those of the scenario") {
  const ScratchFolder folder;
  folder.write("base.yaml",
               std::string(kBase) + "profiles: { pr: { load: { vus: 1, seed: 1 } } }\n");
  const auto file =
      folder.write("s.yaml", "extends: base.yaml\nprofiles: { pr: { load: { vus: 2 } } }\n");
  CHECK(load(file, "pr").load.vus == 2);
  CHECK(load(file, "pr").load.seed == 1);
}

TEST_CASE("Profiles: mistakes show before the profile is used, but not what this machine lacks") {
  const ScratchFolder folder;
  const auto file = folder.write(
      "s.yaml", std::string(kBase) +
                    "profiles:\n"
                    "  weekly:\n"
                    "    load: { vus: none }\n"
                    "    target: { cwd: not-here, env: { X: \"{{ $env.NOT_SET }}\" } }\n"
                    "    payload: { path: not-here.csv }\n");
  CHECK(problems_in(folder, file) ==
        "s.yaml:10:18: load.vus must be a whole number from 1 to 10000; this is \"none\"\n");
  const std::string chosen = problems_in(folder, file, "weekly");
  CHECK(chosen.find("11:20: target.cwd \"not-here\" is not a folder") != std::string::npos);
  CHECK(chosen.find("11:40: the environment variable NOT_SET is not set") != std::string::npos);
  CHECK(chosen.find("12:22: cannot read \"not-here.csv\"") != std::string::npos);
}

TEST_CASE("Anchors: an alias is its anchor, and merge keys fill what is not there") {
  const ScratchFolder folder;
  const auto scenario = load(
      folder.write("s.yaml",
                   "version: 1\n"
                   "target: { command: [node, s.js] }\n"
                   "load:\n"
                   "  flows:\n"
                   "    - &first { name: first, weight: 2, steps: [&home { get: / }, *home] }\n"
                   "    - { weight: 3, <<: *first, name: second }\n"
                   "    - <<: [{ name: third, weight: 5 }, *first]\n"));
  const auto& flows = scenario.load.flows;
  REQUIRE(flows.size() == 3);
  CHECK(flows[0].steps.size() == 2);
  CHECK(flows[1].name == "second");
  CHECK(flows[1].weight == 3);
  CHECK(flows[1].steps.size() == 2);
  CHECK(flows[2].name == "third");
  CHECK(flows[2].weight == 5);
  CHECK(flows[2].steps.size() == 2);
}
