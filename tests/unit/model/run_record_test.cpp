#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "harness/model/run_report.hpp"

using namespace leakcheck;
using namespace leakcheck::model;

namespace {

Latency latency(double scale) {
  return {0.25 * scale, 1.5 * scale, 1.25 * scale, 2.5 * scale, 3 * scale, 8 * scale, 20 * scale};
}

QuantityVerdict quantity_verdict() {
  QuantityVerdict verdict;
  verdict.quantity = Quantity::array_buffers;
  verdict.answer = Answer::leak;
  verdict.rule = Rule::linear;
  verdict.growth = {64.25, 63.5, 65, 0.99, 31, 3100};
  verdict.budget_per_request = 4;
  verdict.smallest_leak = 0.75;
  verdict.reason = "it grows";
  verdict.in_the_end = 1.5e6;
  verdict.keyed = KeyedGrowth{88.5, "{{ id }}", 30'000, 4.5e5};
  verdict.time_bound = TimeBound{0.75, 60'000.25};
  verdict.allocations_per_request = 1.25;
  return verdict;
}

/// What only a leak has.
void fill_follow_ups(Verdict& verdict) {
  const Estimate growth = {64, 63, 65, 0.999, 4, 400};
  verdict.parts = {{4711, 2, Quantity::native, growth}};
  verdict.routes = {{"GET /", Quantity::heap_used, growth, true, {"POST /login"}, "no answer"}};
  verdict.routes_say = "GET / keeps it";
  verdict.ablations = {{"sharp", "replaced by an inert stand-in", Ablation::Effect::reduces_growth,
                        growth, "it grows less", ".leakcheck/runs/b"}};
  verdict.resident = {ResidentSet::Kind::fragmentation, 640.5, "MALLOC_ARENA_MAX=2 helps"};
}

Sample sample(double at_ms) {
  Sample each;
  each.at_ms = at_ms;
  each.phase = Phase::confirm;
  each.memory = {{61'000'000}, {9'437'184}, {4'400'000}, {1'500'000}, {20'000}};
  each.requests_seen = 187;
  each.gc_count = 4;
  each.gc_major_count = 1;
  each.gc_total_ms = 3.25;
  each.gc_max_ms = 1.5;
  each.event_loop_delay_p50_ms = 10.125;
  each.event_loop_delay_p99_ms = 11.25;
  each.event_loop_delay_max_ms = 12.5;
  each.active_handles = 3;
  return each;
}

void fill_target(TargetSummary& target) {
  target.command = {"node", "server.js"};
  target.url = "http://127.0.0.1:1";
  target.pid = 4711;
  target.node_version = "20.20.2";
  target.v8_version = "11.3";
  target.max_old_space_mb = 128;
  target.ready_ms = 212.5;
  target.end = TargetEnd::crashed;
  target.exit_code = 1;
  target.signal = 11;
  target.stdout_log = "out.log";
  target.stderr_log = "err.log";
  target.log_tail = {"one", "", "three"};
}

/// Every field differs from its default.
RunReport full_report() {
  RunReport report;
  report.leakcheck_version = "9.8.7";
  report.started_at = "2026-11-23T20:08:24Z";
  report.run_folder = ".leakcheck/runs/a";
  report.duration_ms = 4120.5;
  report.scenario = {"orders", "orders.yaml", "pr", Mode::native, 20, 12.5, 101, 6,
                     40,       {"a", "b"},    true, true};
  fill_target(report.target);
  report.outcome = {Ending::load_invalid, "what happened", "the cure"};
  report.verdict = Verdict{Answer::bounded,
                           "because",
                           Quantity::external,
                           {quantity_verdict()},
                           {{"heapUsed growth", "15 %", "3 %", CheckState::failed, "too much"}},
                           {{"rate", "1", "2", CheckState::inconclusive, "who knows"}}};
  fill_follow_ups(*report.verdict);
  report.load.sent = 100;
  report.load.answered = 99;
  report.load.failed = 7;
  report.load.errors = {{"timeout", 1}, {"status 500", 6}};
  report.load.statuses = {{200, 93}, {500, 6}};
  report.load.aborted = 3;
  report.load.connections = 11;
  report.load.received_bytes = 12'345;
  report.load.iterations = 50;
  report.load.dropped_iterations = 4;
  report.load.late_iterations = 5;
  report.load.wanted_rate = 200.5;
  report.load.cpu_share = 0.25;
  report.load.lateness = latency(3);
  report.load.checks = {{"GET /: json $.id", 99, 1}};
  report.load.variables = {{"userId", 100, 10}};
  report.load.busy_ms = 842.25;
  report.load.latency = latency(1);
  report.load.steps = {{"GET /", 100, 7, latency(2)}};
  report.requests_seen = 98;
  report.cycles = {
      {3, Phase::warmup, 100, 400, 2, {{5}, {4}, {3}, {2}, {1}}, 84.25, 31.5, 900.125, 2}};
  Cycle& cycle = report.cycles[0];
  cycle.native = NativeMemory{{7'000'000}, 4200};
  cycle.readings = {{4711, 0, {{5}, {4}, {3}, {2}, {1}}, NativeMemory{{7'000'000}, 4200}},
                    {4711, 2, {{0}, {4}, {3}, {2}, {1}}, std::nullopt}};
  cycle.times = 4;
  cycle.route = "GET /";
  cycle.ahead_ms = 60'000.5;
  cycle.pss = Bytes{123'456'789};
  report.samples = {sample(1.5), sample(2.25)};
  report.process_warnings = {{1.5, "MaxListenersExceededWarning", "11 listeners"}};
  report.notes = {"a note"};
  return report;
}

RunReport reread(const RunReport& report) {
  auto parsed = parse_run_record(render_run_record(report));
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
  return *parsed;
}

/// The error of a record in which `from` is replaced by `to`.
Error damage(const std::string& from, const std::string& to) {
  std::string text = render_run_record(full_report());
  const auto at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  text.replace(at, from.size(), to);
  const auto parsed = parse_run_record(text);
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().kind == ErrorKind::usage);
  CHECK_FALSE(parsed.error().hint.empty());
  return parsed.error();
}

}  // namespace

TEST_CASE("Run record: everything survives a round trip") {
  const RunReport report = full_report();
  const RunReport read = reread(report);
  CHECK(render_run_record(read) == render_run_record(report));
  // The text alone would not notice a field that neither side knows.
  CHECK(read.scenario.arrival_rate == report.scenario.arrival_rate);
  CHECK(read.scenario.mode == Mode::native);
  CHECK(read.target.end == TargetEnd::crashed);
  CHECK(read.target.signal == 11);
  CHECK(read.verdict->culprit == Quantity::external);
  CHECK(read.verdict->quantities[0].growth.requests == 3100);
  CHECK(read.verdict->quantities[0].rule == Rule::linear);
  CHECK(read.load.statuses == report.load.statuses);
  CHECK(read.load.errors == report.load.errors);
  CHECK(read.load.steps[0].latency.max_ms == 40);
  CHECK(read.cycles[0].post_gc == report.cycles[0].post_gc);
  CHECK(read.samples[1].memory == report.samples[1].memory);
  CHECK(read.samples[1].event_loop_delay_max_ms == 12.5);
  CHECK(read.samples[1].active_handles == 3);
  CHECK(read.process_warnings[0].message == "11 listeners");
  CHECK(read.notes == report.notes);
}

TEST_CASE("Run record: what follows a leak survives a round trip") {
  const RunReport report = full_report();
  const RunReport read = reread(report);
  CHECK(read.scenario.chose_mode);
  CHECK(read.scenario.bounded_keys);
  const QuantityVerdict& quantity = read.verdict->quantities[0];
  CHECK(quantity.in_the_end == 1.5e6);
  CHECK(quantity.keyed->bytes_per_key == 88.5);
  CHECK(quantity.keyed->variable == "{{ id }}");
  CHECK(quantity.keyed->keys == 30'000);
  CHECK(quantity.keyed->in_the_end == 4.5e5);
  CHECK(quantity.time_bound->given_back == 0.75);
  CHECK(quantity.time_bound->after_ms == 60'000.25);
  CHECK(quantity.allocations_per_request == 1.25);
  const Verdict& verdict = *read.verdict;
  REQUIRE(verdict.parts.size() == 1);
  CHECK(verdict.parts[0].pid == 4711);
  CHECK(verdict.parts[0].thread == 2);
  CHECK(verdict.parts[0].quantity == Quantity::native);
  CHECK(verdict.parts[0].growth.requests == 400);
  REQUIRE(verdict.routes.size() == 1);
  CHECK(verdict.routes[0].name == "GET /");
  CHECK(verdict.routes[0].leaks);
  CHECK(verdict.routes[0].growth.high == 65);
  CHECK(verdict.routes[0].with == report.verdict->routes[0].with);
  CHECK(verdict.routes[0].problem == "no answer");
  CHECK(verdict.routes_say == "GET / keeps it");
  REQUIRE(verdict.ablations.size() == 1);
  CHECK(verdict.ablations[0].suspect == "sharp");
  CHECK(verdict.ablations[0].effect == Ablation::Effect::reduces_growth);
  CHECK(verdict.ablations[0].run_folder == ".leakcheck/runs/b");
  CHECK(verdict.resident->kind == ResidentSet::Kind::fragmentation);
  CHECK(verdict.resident->bytes_per_request == 640.5);
}

TEST_CASE("Run record: native memory, single readings and routes of a cycle survive it") {
  const RunReport report = full_report();
  const RunReport read = reread(report);
  const Cycle& cycle = read.cycles[0];
  CHECK(cycle.native == report.cycles[0].native);
  CHECK(cycle.readings == report.cycles[0].readings);
  CHECK(cycle.times == 4);
  CHECK(cycle.route == "GET /");
  CHECK(cycle.ahead_ms == 60'000.5);
  CHECK(cycle.pss == Bytes{123'456'789});
}

TEST_CASE("Run record: an explanation survives it, with every pattern and confidence") {
  RunReport report;
  Explanation& explanation = report.explanation.emplace();
  explanation.snapshots = {{"heap-1.heapsnapshot", 4711, 2, 3230.5, 381.25, 6'271'047}};
  explanation.requests = 2000;
  explanation.took_ms = 1261.5;
  explanation.bytes_per_request = 63.5;
  explanation.share = 0.97;
  explanation.notes = {"a note"};
  for (int pattern = 0; !to_string(static_cast<Pattern>(pattern)).empty(); ++pattern) {
    Finding& finding = explanation.findings.emplace_back();
    finding.pattern = static_cast<Pattern>(pattern);
    finding.confidence = static_cast<Confidence>(pattern % 3);
    finding.identity = "sessionCache";
    finding.declared = SourcePlace{"src/users.ts", 12, 7, true};
    finding.path = {{"sessionCache", "Map", 4'294'967'294, finding.declared, 3}};
    finding.item_growth = -1;
  }
  const RunReport read = reread(report);
  CHECK(render_run_record(read) == render_run_record(report));
  REQUIRE(read.explanation);
  CHECK(read.explanation->findings.size() == 11);
  CHECK(read.explanation->findings[4].pattern == Pattern::timer);
  CHECK(read.explanation->findings[4].confidence == Confidence::medium);
  CHECK_FALSE(read.explanation->findings[4].site);
  CHECK(read.explanation->findings[4].declared->is_mapped);
  CHECK(read.explanation->findings[4].path[0].id == 4'294'967'294);
  CHECK(read.explanation->snapshots[0].took_ms == 381.25);
  CHECK(read.explanation->share == 0.97);
}

TEST_CASE("Run record: what a run did not have is not there") {
  RunReport report;
  report.verdict = Verdict{};
  report.verdict->quantities.emplace_back();
  report.cycles.emplace_back();
  const std::string text = render_run_record(report);
  for (const char* key :
       {"inTheEnd", "keyed", "timeBound", "allocationsPerRequest", "parts", "routes", "routesSay",
        "ablations", "resident", "native", "readings", "times", "route", "aheadMs", "pss",
        "choseMode", "boundedKeys", "explanation"})
    CHECK_MESSAGE(text.find("\"" + std::string(key) + "\"") == std::string::npos, key);
  CHECK(render_run_record(reread(report)) == text);
}

TEST_CASE("Run record: every word of the verdict is read as it is written") {
  RunReport report;
  report.verdict = Verdict{};
  for (const Answer answer : {Answer::clean, Answer::leak, Answer::bounded, Answer::keyed_growth,
                              Answer::time_bounded, Answer::inconclusive}) {
    report.verdict->answer = answer;
    CHECK(reread(report).verdict->answer == answer);
  }
  for (const Phase phase :
       {Phase::replay, Phase::explore, Phase::routes, Phase::settle, Phase::explain}) {
    report.cycles = {Cycle{}};
    report.cycles[0].phase = phase;
    CHECK(reread(report).cycles[0].phase == phase);
  }
  for (const Rule rule : {Rule::step, Rule::sporadic, Rule::replay, Rule::settle}) {
    report.verdict->quantities = {QuantityVerdict{}};
    report.verdict->quantities[0].rule = rule;
    CHECK(reread(report).verdict->quantities[0].rule == rule);
  }
  report.scenario.mode = Mode::automatic;
  CHECK(reread(report).scenario.mode == Mode::automatic);
}

TEST_CASE("Run record: an empty report survives too") {
  const RunReport report;
  const RunReport read = reread(report);
  CHECK(render_run_record(read) == render_run_record(report));
  CHECK_FALSE(read.verdict.has_value());
  CHECK_FALSE(read.target.end.has_value());
}

TEST_CASE("Run record: NaN and infinity are null, and come back as not a number") {
  RunReport report = full_report();
  report.verdict->quantities[0].growth.high = std::numeric_limits<double>::infinity();
  report.verdict->quantities[0].smallest_leak = std::nan("");
  report.duration_ms = -std::numeric_limits<double>::infinity();
  const std::string text = render_run_record(report);
  CHECK(text.find("\"high\":null") != std::string::npos);
  CHECK(text.find("\"smallestLeak\": null") != std::string::npos);
  CHECK(text.find("\"durationMs\": null") != std::string::npos);
  const RunReport read = reread(report);
  CHECK(std::isnan(read.verdict->quantities[0].growth.high));
  CHECK(render_run_record(read) == text);
}

TEST_CASE("Run record: bytes that are no UTF-8 become U+FFFD, and never throw") {
  RunReport report = full_report();
  report.target.log_tail = {"\xff\xfe", "cut \xe2\x82", std::string("nul \0 in it", 11)};
  report.load.errors = {{"bad \xff", 1}, {"bad \xfe", 2}};
  const RunReport read = reread(report);
  CHECK(read.target.log_tail[0] == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(read.target.log_tail[2].size() == 11);
  CHECK(read.load.errors.size() == 1);
  CHECK(read.load.errors.begin()->second == 3);
}

TEST_CASE("Run record: the largest counts are exact") {
  RunReport report = full_report();
  report.requests_seen = std::numeric_limits<std::int64_t>::max();
  report.cycles[0].post_gc.rss = {std::numeric_limits<std::int64_t>::min()};
  const RunReport read = reread(report);
  CHECK(read.requests_seen == std::numeric_limits<std::int64_t>::max());
  CHECK(read.cycles[0].post_gc.rss.count == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("Run record: 100,000 samples stay below 12 MB, one line each") {
  RunReport report;
  for (int at = 0; at < 100'000; ++at) report.samples.push_back(sample(250.123456 * at));
  const std::string text = render_run_record(report);
  CHECK(text.size() < 12'000'000);
  const auto parsed = parse_run_record(text);
  REQUIRE(parsed.has_value());
  CHECK(parsed->samples.size() == 100'000);
  CHECK(parsed->samples[99'999].at_ms == doctest::Approx(250.123456 * 99'999).epsilon(1e-9));
}

TEST_CASE("Run record: columns are found by name, and unknown keys are passed over") {
  const auto parsed = parse_run_record(R"({
    "leakcheckRunRecord": 1, "future": [1],
    "outcome": {"ending": "clean"}, "scenario": {"name": "a"},
    "samples": {"columns": ["heapUsed", "new", "atMs"], "rows": [[7, "x", 2.5], [8.0, null, 3]]}})");
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
  CHECK(parsed->samples[0].memory.heap_used.count == 7);
  CHECK(parsed->samples[1].memory.heap_used.count == 8);
  CHECK(parsed->samples[1].at_ms == 3);
  CHECK(parsed->samples[1].phase == Phase::launch);
}

TEST_CASE("Run record: other files are refused with the cure") {
  for (const std::string text :
       {"", "{}", "[]", "null", "42", "not json", "{\"leakcheckRunRecord\": 1", "\xff\xfe{",
        "[1, 2]", "{\"log\": {\"version\": \"1.2\", \"entries\": []}}"}) {
    const auto parsed = parse_run_record(text);
    REQUIRE_FALSE_MESSAGE(parsed.has_value(), text);
    CHECK(parsed.error().kind == ErrorKind::usage);
    CHECK(parsed.error().message == "this is not a run record of leakcheck");
    CHECK(parsed.error().hint.find("run.json") != std::string::npos);
  }
}

TEST_CASE("Run record: nesting without end is refused, not a stack overflow") {
  const std::string deep(200'000, '[');
  CHECK_FALSE(parse_run_record(deep).has_value());
  const std::string closed = deep + std::string(200'000, ']');
  CHECK_FALSE(parse_run_record(closed).has_value());
  const auto inside = parse_run_record("{\"leakcheckRunRecord\": 1, \"verdict\": " + closed + "}");
  CHECK_FALSE(inside.has_value());
}

TEST_CASE("Run record: a list of records says that one is wanted") {
  const std::string one = render_run_record(full_report());
  const auto parsed = parse_run_record("[" + one + "," + one + "]");
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().message == "this file holds 2 run records");
  CHECK(parsed.error().hint.find("run.json") != std::string::npos);
}

TEST_CASE("Run record: a newer version is refused, and so is one that is none") {
  const Error newer = damage("\"leakcheckRunRecord\": 1", "\"leakcheckRunRecord\": 2");
  CHECK(newer.message == "the run record has version 2, this leakcheck reads up to 1");
  CHECK(newer.hint.find("newer") != std::string::npos);
  for (const std::string version : {"0", "-1", "\"1\"", "1.5", "null", "[]"}) {
    const Error none = damage("\"leakcheckRunRecord\": 1", "\"leakcheckRunRecord\": " + version);
    CHECK(none.message.find("damaged") != std::string::npos);
  }
  damage("\"leakcheckRunRecord\": 1", "\"leakcheckRunRecord\": 18446744073709551615");
}

TEST_CASE("Run record: every wrong type is named with its place") {
  const auto says = [](const std::string& from, const std::string& to, const std::string& message) {
    CHECK(damage(from, to).message == "the run record is damaged: " + message);
  };
  says("\"ending\":\"load_invalid\"", "\"ending\":\"fine\"",
       "outcome.ending is not one of the words known there");
  says("\"ending\":\"load_invalid\"", "\"ending\": 3",
       "outcome.ending is not one of the words known there");
  says("\"ending\"", "\"end\"", "outcome.ending is not there");
  says("\"pid\": 4711", "\"pid\": 2147483648", "target.pid is not a whole number of this range");
  says("\"pid\": 4711", "\"pid\": 1.5", "target.pid is not a whole number of this range");
  says("\"pid\": 4711", "\"pid\": null", "target.pid is not a whole number of this range");
  says("\"requestsSeen\": 98", "\"requestsSeen\": 18446744073709551615",
       "requestsSeen is not a whole number of this range");
  says("\"durationMs\": 4120.5", "\"durationMs\": \"4120.5\"", "durationMs is not a number");
  says("\"url\": \"http://127.0.0.1:1\"", "\"url\": []", "target.url is not a text");
  says("[\"a\",\"b\"]", "[\"a\",7]", "scenario.flows[1] is not a text");
  says("[\"a\",\"b\"]", "{}", "scenario.flows is not a list");
  says("\"statuses\": {\"200\"", "\"statuses\": {\"2xx\"",
       "load.statuses.2xx is not a status code");
  says("\"leaks\": true", "\"leaks\": 1", "verdict.routes[0].leaks is not true or false");
  says("\"rss\":5", "\"rss\":true", "cycles[0].postGc.rss is not a whole number of this range");
  says("[1.5,\"confirm\"", "[\"confirm\"", "samples.rows[0] is not a list as long as the columns");
  says("[1.5,\"confirm\"", "[1.5,\"sleep\"", "samples.rows[0] is not one of the words known there");
}

TEST_CASE("Run record: damage never throws, whatever byte it hits") {
  const std::string whole = render_run_record(full_report());
  std::mt19937 random(7);
  int refused = 0;
  for (int round = 0; round < 1000; ++round) {
    std::string text = whole;
    for (int hits = 0; hits < 3; ++hits)
      text[random() % text.size()] = static_cast<char>(random() % 256);
    if (round % 3 == 0) text.resize(random() % text.size());
    const auto parsed = parse_run_record(text);
    if (!parsed) {
      ++refused;
      CHECK_FALSE(parsed.error().message.empty());
    } else {
      CHECK_FALSE(render_run_record(*parsed).empty());
    }
  }
  CHECK(refused > 300);
}
