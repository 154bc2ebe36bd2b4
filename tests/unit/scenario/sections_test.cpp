#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/scenario/scratch_scenario.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;
using namespace leakcheck::scenario;
using std::chrono::milliseconds;

namespace {

model::Scenario read(const std::string& more) {
  auto scenario = read_text_of(scenario_with(more), options_with(example_environment()));
  const std::string problems = scenario ? "" : render_problems(scenario.error());
  REQUIRE_MESSAGE(scenario.has_value(), problems);
  return std::move(*scenario);
}

std::vector<std::string> words(const std::vector<Template>& command) {
  std::vector<std::string> out;
  for (const Template& word : command) out.push_back(shown(word));
  return out;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("Sections: everything but the command and one request has a default") {
  const ScratchFolder folder;
  const auto file = folder.write("orders.yaml", scenario_with(""));
  const auto scenario = load_scenario(file, options_with({}));
  REQUIRE(scenario.has_value());
  CHECK(scenario->file == file);
  CHECK(scenario->name == "orders");
  CHECK(scenario->profile == "");
  CHECK(scenario->mode == model::Mode::automatic);
  CHECK(words(scenario->target.command) == Words{"node", "server.js"});
  CHECK(scenario->target.cwd == folder.path());
  CHECK(scenario->target.shell == false);
  CHECK(scenario->target.env.empty());
  CHECK(scenario->target.max_old_space_mb == 256);
  CHECK(scenario->target.node_flags.empty());
  CHECK(scenario->target.count_malloc);
  CHECK(shown(scenario->target.url) == "http://127.0.0.1:{{$port}}");
  const auto* tcp = std::get_if<model::TcpReady>(&scenario->target.ready.probe);
  REQUIRE(tcp != nullptr);
  CHECK(!tcp->port);
  CHECK(scenario->target.ready.timeout == milliseconds(30'000));
  CHECK(scenario->target.stop.signal == 15);
  CHECK(scenario->target.stop.timeout == milliseconds(10'000));
  CHECK(!scenario->payload);
  const model::LoadSpec& load = scenario->load;
  CHECK(load.vus == 10);
  CHECK(!load.arrival_rate);
  CHECK(load.keep_alive);
  CHECK(load.warmup.requests == 0);
  CHECK(!load.warmup.until_settled);
  CHECK(load.warmup.max == milliseconds(60'000));
  CHECK(load.cycles.requests == 100);
  CHECK(load.cycles.follow_collection);
  CHECK(load.cycles.min == 12);
  CHECK(load.cycles.max == 64);
  CHECK(load.max == milliseconds(300'000));
  CHECK(load.request_timeout == milliseconds(10'000));
  CHECK(load.seed == 1);
  CHECK(load.isolate == model::LoadSpec::Isolate::on_failure);
  CHECK(!load.bounded_keys);
  CHECK(load.key_count == 0);
  REQUIRE(load.flows.size() == 1);
  CHECK(load.flows[0].name == "flow 1");
  CHECK(load.flows[0].weight == 1);
  CHECK(scenario->budgets.empty());
  REQUIRE(scenario->thresholds.size() == 1);
  CHECK(scenario->thresholds[0].text == "rate<0.01");
  REQUIRE(scenario->reporters.size() == 1);
  CHECK(scenario->reporters[0].kind == model::ReporterSpec::Kind::console);
  CHECK(scenario->suspects.empty());
  CHECK(scenario->snapshots.take == model::SnapshotSpec::Take::on_growth);
  CHECK(scenario->snapshots.keep == model::SnapshotSpec::Keep::on_failure);
  CHECK(scenario->ignore.empty());
}

TEST_CASE("Sections: the example with every key is read to the last of them") {
  const fs::path file = fs::path(LEAKCHECK_FIXTURES) / "scenarios/good/everything.yaml";
  const auto read = load_scenario(file, options_with({}));
  REQUIRE(read.has_value());
  const model::Scenario& scenario = *read;
  CHECK(scenario.name == "orders-api");
  CHECK(scenario.mode == model::Mode::quiet);
  CHECK(scenario.target.cwd == file.parent_path().parent_path() / "data");
  REQUIRE(scenario.target.env.size() == 5);
  CHECK(scenario.target.env[0].first == "PORT");
  CHECK(shown(scenario.target.env[0].second) == "{{$port}}");
  CHECK(scenario.target.env[1].first == "LOG_LEVEL");
  CHECK(shown(scenario.target.env[2].second) == "2");
  CHECK(shown(scenario.target.env[4].second) == "");
  CHECK(scenario.target.max_old_space_mb == 128);
  CHECK(scenario.target.node_flags == Words{"--enable-source-maps"});
  const auto* http = std::get_if<model::HttpReady>(&scenario.target.ready.probe);
  REQUIRE(http != nullptr);
  CHECK(http->path == "/healthz");
  CHECK(http->status_code == 200);
  CHECK(scenario.load.vus == 20);
  CHECK(scenario.load.arrival_rate == 200.0);
  CHECK(scenario.load.warmup.requests == 2000);
  CHECK(scenario.load.warmup.until_settled);
  CHECK(scenario.load.cycles.requests == 1009);
  CHECK(scenario.load.cycles.max == 40);
  CHECK(scenario.load.max == milliseconds(600'000));
  CHECK(scenario.load.request_timeout == milliseconds(5'000));
  CHECK(scenario.load.seed == 7);
  CHECK(scenario.load.isolate == model::LoadSpec::Isolate::always);
  CHECK(scenario.load.bounded_keys);
  CHECK(scenario.load.key_count == 5000);
  CHECK(scenario.target.count_malloc);
  CHECK(scenario.suspects.size() == 3);
  CHECK(scenario.snapshots.take == model::SnapshotSpec::Take::on_growth);
  CHECK(scenario.snapshots.keep == model::SnapshotSpec::Keep::always);
  REQUIRE(scenario.ignore.size() == 2);
  CHECK(scenario.ignore[0].expires == "2027-12-31");
  CHECK(scenario.ignore[1].path == "Registry.#items");
  REQUIRE(scenario.load.flows.size() == 3);
  CHECK(scenario.load.flows[0].weight == 7);
  CHECK(scenario.load.flows[1].steps.size() == 6);
  CHECK(scenario.load.flows[2].steps.size() == 10);
  CHECK(scenario.load.ramp_to == 400.0);
  CHECK(scenario.load.setup.per_user);
  CHECK(scenario.load.teardown.size() == 1);
  CHECK(scenario.budgets.size() == 9);
  CHECK(scenario.thresholds.size() == 8);
  REQUIRE(scenario.reporters.size() == 3);
  CHECK(scenario.reporters[1].path == fs::current_path() / "out/run.json");
  CHECK(scenario.reporters[2].dialect == "jenkins");
  REQUIRE(scenario.payload.has_value());
  CHECK(scenario.payload->rows.size() == 3);  // fields are named: the header row is a row
}

TEST_CASE("Sections: a command as text is split at blanks, and placeholders stay whole") {
  const auto command = [](const std::string& text) {
    return words(read("target: { command: " + text + " }").target.command);
  };
  CHECK(command("npm start") == Words{"npm", "start"});
  CHECK(command("\" npx  tsx\\tserver.ts \"") == Words{"npx", "tsx", "server.ts"});
  CHECK(command("\"node s.js --port={{ $port }} x\"") ==
        Words{"node", "s.js", "--port={{$port}}", "x"});
  CHECK(command("[node, \"a b; c\", \"\"]") == Words{"node", "a b; c", ""});
  CHECK(command("./bin/a=b.sh") == Words{"./bin/a=b.sh"});
}

TEST_CASE("Sections: a line for a shell stays one text") {
  const auto scenario = read("target: { shell: true, command: 'A=1 node s.js | cat' }");
  CHECK(scenario.target.shell);
  CHECK(words(scenario.target.command) == Words{"A=1 node s.js | cat"});
}

TEST_CASE(
    "Sections: the value of an environment variable is never read as a template or as words") {
  const auto scenario = read(
      "target: { command: \"node {{ $env.LEAKCHECK_TEST_TOKEN }}\", "
      "env: { T: \"x{{ $env.LEAKCHECK_TEST_TOKEN }}\" } }");
  CHECK(words(scenario.target.command) == Words{"node", "s3cret {{ $sequence }}"});
  CHECK(scenario.target.command[1].is_literal());
  CHECK(scenario.target.env[0].second.is_literal());
  CHECK(shown(scenario.target.env[0].second) == "xs3cret {{ $sequence }}");
}

TEST_CASE("Sections: numbers, booleans and words can come from the environment") {
  const fs::path file = fs::path(LEAKCHECK_FIXTURES) / "scenarios/good/environment.yaml";
  const auto scenario = load_scenario(file, options_with(example_environment()));
  REQUIRE(scenario.has_value());
  CHECK(scenario->name == "50 users");
  CHECK(scenario->mode == model::Mode::native);
  CHECK(scenario->load.vus == 50);
  CHECK(scenario->load.arrival_rate == 50.5);
  CHECK(scenario->load.keep_alive == false);
  CHECK(scenario->budgets.at(0).limit == 50.0);
  CHECK(scenario->thresholds.at(1).percentile == 50.0);
}

TEST_CASE("Sections: readiness by a path, a port and a line of the log") {
  const auto ready = [](const std::string& text) {
    return read("target: { command: [node, s.js], ready: { " + text + " } }").target.ready;
  };
  CHECK(!std::get<model::HttpReady>(ready("get: /").probe).status_code);
  CHECK(!std::get<model::TcpReady>(ready("tcp: true").probe).port);
  CHECK(std::get<model::TcpReady>(ready("tcp: 9000").probe).port == 9000);
  CHECK(std::get<model::LogReady>(ready("log: 'on \\d+'").probe).pattern == "on \\d+");
  CHECK(ready("tcp: true, timeout: 1m").timeout == milliseconds(60'000));
}

TEST_CASE("Sections: signals are written by name") {
  const std::vector<std::pair<std::string, int>> signals = {{"SIGTERM", 15}, {"SIGINT", 2},
                                                            {"SIGHUP", 1},   {"SIGQUIT", 3},
                                                            {"SIGUSR2", 12}, {"SIGKILL", 9}};
  for (const auto& [name, number] : signals)
    CHECK(read("target: { command: [n], stop: { signal: " + name + " } }").target.stop.signal ==
          number);
}

TEST_CASE("Sections: one of cycles.min and cycles.max moves the default of the other") {
  const auto cycles = [](const std::string& text) {
    return read("load: { flows: [{ steps: [get: /] }], cycles: { " + text + " } }").load.cycles;
  };
  CHECK(cycles("min: 100").max == 100);
  CHECK(cycles("min: 100").min == 100);
  CHECK(cycles("min: 6").min == 6);
  CHECK(cycles("max: 12").min == 12);
  CHECK(cycles("max: 12").max == 12);
  CHECK(cycles("min: 20, max: 20").max == 20);
}

TEST_CASE("Sections: budgets in percent and in bytes, 1 KB being 1024 B") {
  const auto budgets = read(
                           "budgets: { heapUsed: { growth: 1.5 %, perRequest: 64B, max: 1.5KB }, "
                           "rss: { max: 1GB } }")
                           .budgets;
  REQUIRE(budgets.size() == 4);
  CHECK(budgets[0].kind == model::Budget::Kind::growth_percent);
  CHECK(budgets[0].limit == 1.5);
  CHECK(budgets[0].text == "1.5 %");
  CHECK(budgets[1].kind == model::Budget::Kind::per_request);
  CHECK(budgets[1].limit == 64.0);
  CHECK(budgets[2].kind == model::Budget::Kind::max);
  CHECK(budgets[2].limit == 1536.0);
  CHECK(budgets[3].quantity == model::Quantity::rss);
  CHECK(budgets[3].limit == 1024.0 * 1024 * 1024);
  CHECK(read("budgets: { heapUsed: { perRequest: 0x40 } }").budgets[0].limit == 64.0);
}

TEST_CASE("Sections: a load that fails is refused even when only times have thresholds") {
  const auto with_times = read("thresholds: { http_req_duration: [\"p(95)<500\"] }").thresholds;
  REQUIRE(with_times.size() == 2);
  CHECK(with_times[0].text == "rate<0.01");
  const auto own = read("thresholds: { http_req_failed: [\"rate<0.5\"] }").thresholds;
  REQUIRE(own.size() == 1);
  CHECK(own[0].text == "rate<0.5");
}

TEST_CASE("Sections: reports go below the folder that leakcheck is called in") {
  const auto reporters = read("reporters: [{ json: a/../b.json }, { junit: /x/y.xml }]").reporters;
  REQUIRE(reporters.size() == 2);
  CHECK(reporters[0].path == fs::current_path() / "b.json");
  CHECK(reporters[1].path == "/x/y.xml");
  CHECK(reporters[1].dialect == "default");
  CHECK(read("reporters: []").reporters.empty());
}

TEST_CASE("Sections: a name has 200 characters, not bytes, and none that controls a terminal") {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "ü";
  CHECK(read("name: " + name).name == name);
  CHECK(problems_of(scenario_with("name: " + name + "x")) != "valid");
  CHECK(problems_of(scenario_with("name: \"a\\u001b[31mb\"")).find("is no good name") !=
        std::string::npos);
}

TEST_CASE("Schema: it is the text of scenarios/schema/v1.json") {
  CHECK(schema().starts_with("{\n"));
  CHECK(schema().find("\"$schema\": \"http://json-schema.org/draft-07/schema#\"") !=
        std::string_view::npos);
  CHECK(schema().ends_with("}\n"));
}
