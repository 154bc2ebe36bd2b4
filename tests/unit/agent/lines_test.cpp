#include "harness/agent/lines.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

using namespace leakcheck;
using namespace leakcheck::agent;
using nlohmann::json;

namespace {

std::vector<std::string> load_lines(const std::string& name) {
  std::ifstream in(std::string(LEAKCHECK_FIXTURES) + "/agent/" + name);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  REQUIRE_FALSE(out.empty());
  return out;
}

/// The one fixture line of a type.
std::string line_of(const std::string& file, const std::string& type) {
  for (const std::string& line : load_lines(file))
    if (json::parse(line).at("type") == type) return line;
  FAIL("no line of type ", type);
  return "";
}

template <typename Line>
Line parsed(const std::string& type) {
  const auto line = parse_agent_line(line_of("from_agent.jsonl", type));
  REQUIRE(line);
  REQUIRE(std::holds_alternative<Line>(*line));
  return std::get<Line>(*line);
}

Hello make_hello() {
  Hello hello;
  hello.protocol = kProtocol;
  hello.agent_version = "0.0.9";
  hello.node_version = "20.20.2";
  hello.can_collect = true;
  return hello;
}

}  // namespace

TEST_SUITE("Lines") {
  TEST_CASE("hello: who the process is") {
    const auto hello = parsed<Hello>("hello");
    CHECK(hello.protocol == 1);
    CHECK(hello.agent_version == "0.1.0");
    CHECK(hello.pid == 4711);
    CHECK(hello.thread == 0);
    CHECK(hello.ppid == 4700);
    CHECK(hello.node_version == "20.20.2");
    CHECK(hello.v8_version == "11.3.244.8-node.38");
    CHECK(hello.argv == std::vector<std::string>{"/usr/bin/node", "/srv/server.js"});
    CHECK(hello.can_collect);
  }

  TEST_CASE("sample: each number at its place") {
    const model::Sample sample = parsed<SampleLine>("sample").sample;
    CHECK(sample.memory.rss.count == 56233984);
    CHECK(sample.memory.heap_total.count == 6000640);
    CHECK(sample.memory.heap_used.count == 5005312);
    CHECK(sample.memory.external.count == 2297741);
    CHECK(sample.memory.array_buffers.count == 17678);
    CHECK(sample.requests_seen == 12);
    CHECK(sample.gc_count == 3);
    CHECK(sample.gc_major_count == 1);
    CHECK(sample.gc_total_ms == 4.25);
    CHECK(sample.gc_max_ms == 2.5);
    CHECK(sample.event_loop_delay_p50_ms == 0.08);
    CHECK(sample.event_loop_delay_p99_ms == 1.5);
    CHECK(sample.event_loop_delay_max_ms == 12);
    CHECK(sample.active_handles == 2);
  }

  TEST_CASE("collecting, clockMoved, snapshotTaken, standIn: each at its place") {
    CHECK(parsed<CollectingLine>("collecting").id == 7);
    const auto moved = parsed<ClockMovedLine>("clockMoved");
    CHECK(moved.id == 9);
    CHECK(moved.timers == 3);
    const auto taken = parsed<SnapshotTakenLine>("snapshotTaken");
    CHECK(taken.id == 10);
    CHECK(taken.ms == 412.5);
    const auto stand_in = parsed<StandInLine>("standIn");
    CHECK(stand_in.module == "@scope/sharp");
    CHECK(stand_in.uses == 12);
  }

  TEST_CASE("collected, frozen, requests, warning, error: each number at its place") {
    const auto collected = parsed<CollectedLine>("collected");
    CHECK(collected.id == 7);
    CHECK(collected.ms == 15.734);
    CHECK(collected.memory.heap_used.count == 4005312);
    CHECK(collected.seen == 4000);
    CHECK(parsed<FrozenLine>("frozen").id == 8);
    CHECK(parsed<RequestsLine>("requests").seen == 1);
    const auto warning = parsed<WarningLine>("warning").warning;
    CHECK(warning.name == "MaxListenersExceededWarning");
    CHECK(warning.message.find("11 \"data\" listeners added – ✓") != std::string::npos);
    const auto error = parsed<ErrorLine>("error");
    CHECK(error.id == 7);
    CHECK(error.message == "TypeError: collectGarbage is not a function");
  }

  TEST_CASE("a field that is missing or of another type makes no line of any type") {
    for (const std::string& line : load_lines("from_agent.jsonl")) {
      const json whole = json::parse(line);
      REQUIRE(parse_agent_line(line));
      const json leaves = whole.flatten();
      for (const auto& leaf : leaves.items()) {
        const std::string& place = leaf.key();
        CAPTURE(line);
        CAPTURE(place);
        const json::json_pointer at(place);
        for (const json& wrong : {json(nullptr), json::array(), json::object()}) {
          json changed = whole;
          changed[at] = wrong;
          CHECK_FALSE(parse_agent_line(changed.dump()));
        }
        json shorter = whole;
        json& holder = shorter[at.parent_pointer()];
        if (!holder.is_object()) continue;  // a list of words may be shorter
        holder.erase(at.back());
        CHECK_FALSE(parse_agent_line(shorter.dump()));
      }
      json longer = whole;
      longer["added by a later version"] = {1, 2};
      CHECK(parse_agent_line(longer.dump()));
    }
  }

  TEST_CASE("what is no line of the agent is passed over") {
    for (const std::string& line : load_lines("ignored_by_leakcheck.jsonl")) {
      CAPTURE(line);
      CHECK_FALSE(parse_agent_line(line));
    }
    CHECK_FALSE(parse_agent_line("{\"type\":\"requests\",\"seen\":1,\"x\":\"\xff\"}"));
    CHECK_FALSE(parse_agent_line(std::string("{\"type\":\"requests\0\",\"seen\":1}", 29)));
  }

  TEST_CASE("depth and length do no harm") {
    CHECK_FALSE(parse_agent_line(std::string(1 << 20, '[')));
    CHECK_FALSE(parse_agent_line(std::string(1 << 19, '[') + std::string(1 << 19, ']')));
    const std::string deep = R"({"type":"requests","seen":1,"x":)" + std::string(1 << 18, '[') +
                             std::string(1 << 18, ']') + "}";
    CHECK(parse_agent_line(deep));
  }

  TEST_CASE("long texts are cut, at a whole character") {
    // 4096 is no multiple of 3: the cut goes through a sign.
    std::string euros;
    for (int i = 0; i < 3000; ++i) euros += "€";
    const json line = {{"type", "warning"}, {"name", "W"}, {"message", euros}};
    const auto warning = parse_agent_line(line.dump());
    REQUIRE(warning);
    const std::string& message = std::get<WarningLine>(*warning).warning.message;
    CHECK(message.size() < 4200);
    CHECK_NOTHROW(json(message).dump());  // it throws for text that is not UTF-8

    json hello = json::parse(line_of("from_agent.jsonl", "hello"));
    hello["argv"] = json::array();
    for (int i = 0; i < 1000; ++i) hello["argv"].push_back(std::string(5000, 'x'));
    const auto cut = parse_agent_line(hello.dump());
    REQUIRE(cut);
    CHECK(std::get<Hello>(*cut).argv.size() == 64);
    CHECK(std::get<Hello>(*cut).argv.front().size() == 4096);
  }

  TEST_CASE("leakcheck's lines are those that the agent is tested with") {
    const std::map<std::string, std::string> rendered = {
        {"welcome", render_welcome()},
        {"sample", render_sample(std::chrono::milliseconds(250))},
        {"silence", render_silence()},
        {"collect", render_collect(7)},
        {"freeze", render_freeze(8)},
        {"snapshot", render_snapshot(10, "/srv/run/heap-1.heapsnapshot")},
        {"bye", render_bye()},
        {"clock", render_clock(9, std::chrono::minutes(1))}};
    std::size_t known = 0;
    for (std::string line : load_lines("from_leakcheck.jsonl")) {
      const std::string type = json::parse(line).at("type");
      if (const auto version = line.find("VERSION"); version != std::string::npos)
        line.replace(version, 7, LEAKCHECK_VERSION);
      REQUIRE(rendered.count(type) == 1);
      CHECK(rendered.at(type) == line + "\n");
      ++known;
    }
    CHECK(known == rendered.size());
  }

  TEST_CASE("a process that cannot be measured: why") {
    CHECK(find_problem(make_hello()).empty());

    Hello other = make_hello();
    other.protocol = 2;
    CHECK(find_problem(other).find("agent 0.0.9 speaks protocol 2") != std::string::npos);

    for (const std::string version : {"16.20.2", "6.0.0", "", "v20.1.0"}) {
      CAPTURE(version);
      Hello old = make_hello();
      old.node_version = version;
      old.can_collect = false;
      CHECK(find_problem(old).find("Node.js " + version) != std::string::npos);
    }

    Hello stuck = make_hello();
    stuck.can_collect = false;
    CHECK(find_problem(stuck).find("collect garbage") != std::string::npos);
  }
}
