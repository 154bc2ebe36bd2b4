#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <regex>
#include <set>

#include "harness/base/file.hpp"
#include "reporters/junit_suites.hpp"
#include "reporters/reporters.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;
using reporters::JunitCase;
using reporters::list_suites;
using CaseResult = JunitCase::Result;

namespace {

model::RunReport load_record(const std::string& name) {
  const auto text =
      load_file(fs::path(LEAKCHECK_SOURCE) / "tests/golden/records" / (name + ".json"));
  REQUIRE(text.has_value());
  auto report = model::parse_run_record(*text);
  REQUIRE(report.has_value());
  return std::move(*report);
}

std::vector<JunitCase> cases_of(const model::RunReport& report) {
  return list_suites({report}).front().cases;
}

JunitCase find_case(const model::RunReport& report, const std::string& name) {
  for (const auto& each : cases_of(report))
    if (each.name == name) return each;
  FAIL("no testcase named ", name);
  return {};
}

bool is_red(const model::RunReport& report) {
  for (const auto& each : cases_of(report))
    if (each.result == CaseResult::failure || each.result == CaseResult::error) return true;
  return false;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
  return found;
}

}  // namespace

TEST_CASE("JUnit: the report is red exactly when the exit code is not 0") {
  for (int at = 0; !model::to_string(static_cast<model::Ending>(at)).empty(); ++at) {
    model::RunReport report;
    report.outcome.ending = static_cast<model::Ending>(at);
    CHECK(is_red(report) == (report.outcome.ending != model::Ending::clean));
  }
  for (const std::string name : {"clean", "bounded", "keyed_bounded", "time_bounded"})
    CHECK_FALSE(is_red(load_record(name)));
  for (const std::string name :
       {"leak", "leak_routes", "keyed", "native_leak", "cluster", "inconclusive", "budget_exceeded",
        "crashed", "load_invalid", "interrupted", "out_of_memory"})
    CHECK(is_red(load_record(name)));
}

TEST_CASE("JUnit: a leak is a failure of its quantity, the others pass") {
  const auto report = load_record("leak");
  const auto heap = find_case(report, "heapUsed retained per request");
  CHECK(heap.result == CaseResult::failure);
  CHECK(heap.type == "leak");
  CHECK(heap.message.find("88.02 B") != std::string::npos);
  CHECK(find_case(report, "external retained per request").result == CaseResult::passed);
  CHECK(find_case(report, "service under load").result == CaseResult::passed);
}

TEST_CASE("JUnit: growth per key fails unless the scenario bounds its keys") {
  auto report = load_record("keyed");
  const auto heap = find_case(report, "heapUsed retained per request");
  CHECK(heap.result == CaseResult::failure);
  CHECK(heap.type == "keyed_growth");
  CHECK(heap.details.find("88.02 B for each of 30,000 keys") != std::string::npos);
  report.scenario.bounded_keys = true;
  CHECK(find_case(report, "heapUsed retained per request").result == CaseResult::passed);
}

TEST_CASE("JUnit: native memory has a testcase where it was counted, and none where it was not") {
  const auto names = [](const std::string& record) {
    std::set<std::string> all;
    for (const auto& each : cases_of(load_record(record))) all.insert(each.name);
    return all;
  };
  CHECK(names("native_leak").count("native retained per request") == 1);
  CHECK(names("leak").count("native retained per request") == 0);
  CHECK(names("crashed").count("native retained per request") == 0);
  const auto native = find_case(load_record("native_leak"), "native retained per request");
  CHECK(native.result == CaseResult::failure);
  CHECK(native.details.find("1.00 more allocations alive for every request") != std::string::npos);
}

TEST_CASE("JUnit: where growth comes from stands with the quantity that matters most") {
  const auto routes = find_case(load_record("leak_routes"), "heapUsed retained per request");
  CHECK(routes.details.find("route POST /orders: 440.1 B") != std::string::npos);
  CHECK(routes.details.find("without @acme/pool (env POOL=off)") != std::string::npos);
  const auto parts = find_case(load_record("cluster"), "heapUsed retained per request");
  CHECK(parts.details.find("worker thread 2 of process 4713 keeps 22.01 B") != std::string::npos);
  const auto other = find_case(load_record("leak_routes"), "external retained per request");
  CHECK(other.details.find("route ") == std::string::npos);
}

TEST_CASE("JUnit: what is undecided is an error alone, and skipped beside another cause") {
  auto report = load_record("inconclusive");
  CHECK(find_case(report, "heapUsed retained per request").result == CaseResult::error);
  CHECK(find_case(report, "heapUsed growth").type == "inconclusive");
  report.outcome.ending = model::Ending::interrupted;
  CHECK(find_case(report, "heapUsed retained per request").result == CaseResult::skipped);
  CHECK(find_case(report, "service under load").result == CaseResult::error);
}

TEST_CASE("JUnit: a service that crashed or a load that failed is an error of its own testcase") {
  const auto crashed = find_case(load_record("crashed"), "service under load");
  CHECK(crashed.result == CaseResult::error);
  CHECK(crashed.type == "early_exit");
  CHECK(crashed.details.find("the database went away") != std::string::npos);
  const auto invalid = find_case(load_record("load_invalid"), "service under load");
  CHECK(invalid.result == CaseResult::error);
  CHECK(invalid.type == "load_invalid");
  const auto memory = find_case(load_record("out_of_memory"), "service under load");
  CHECK(memory.result == CaseResult::failure);
  CHECK(memory.type == "out_of_memory");
}

TEST_CASE("JUnit: a budget on bytes per request is the quantity's own testcase") {
  auto report = load_record("clean");
  for (const auto& each : cases_of(report)) CHECK(each.name != "heapUsed per request");
  for (auto& budget : report.verdict->budgets)
    if (budget.name == "heapUsed per request") {
      budget.state = model::CheckState::failed;
      budget.message = "over the budget";
    }
  report.outcome.ending = model::Ending::budget_exceeded;
  const auto heap = find_case(report, "heapUsed retained per request");
  CHECK(heap.result == CaseResult::failure);
  CHECK(heap.type == "budget_exceeded");
  CHECK(heap.message == "over the budget");
}

TEST_CASE("JUnit: names stay the same however the run ends") {
  const auto names = [](const model::RunReport& report) {
    std::vector<std::string> all;
    for (const auto& each : cases_of(report)) all.push_back(each.name);
    return all;
  };
  CHECK(names(load_record("never_ready")) == names(load_record("bounded")));
  CHECK(names(load_record("crashed")) == names(load_record("report_failed")));
}

TEST_CASE("JUnit: names are unique in several runs with hostile and equal names") {
  std::vector<model::RunReport> reports(6, load_record("hostile"));
  reports[1].scenario.name = reports[0].scenario.name + "\x01";
  reports[2].scenario.name = "";
  reports[3].scenario.name = "\xf0\x9f\x92\xa9";
  reports[4].scenario.name = "scenario (2)";
  std::set<std::string> suites;
  for (const auto& suite : list_suites(reports)) {
    CHECK_MESSAGE(suites.insert(suite.name).second, suite.name);
    CHECK_FALSE(suite.name.empty());
    std::set<std::string> cases;
    for (const auto& each : suite.cases) {
      CHECK_MESSAGE(cases.insert(each.name).second, each.name);
      CHECK_FALSE(each.name.empty());
      CHECK((each.result == CaseResult::passed || !each.message.empty()));
    }
  }
}

TEST_CASE("JUnit: system-out is at most 64 KB, says what it cut, and keeps the last words") {
  auto report = load_record("crashed");
  report.notes.assign(1000, std::string(500, 'n'));
  report.cycles.assign(20'000, report.cycles.front());
  report.target.log_tail = std::vector<std::string>(400, std::string(3000, 'x'));
  report.target.log_tail.back() = "the very last words";
  const std::string text = list_suites({report}).front().system_out;
  CHECK(text.size() <= 64 * 1024);
  CHECK(count(text, "(cut here; the run record has the rest)\n") == 2);
  CHECK(count(text, "(cut here; the service's log has the rest)\n") == 1);
  CHECK(count(text, "  the very last words\n") == 1);
  CHECK(text.find("last words of the service:\n  (cut here;") != std::string::npos);
}

TEST_CASE("JUnit: no control character, no emoji, no escape sequence, also from raw bytes") {
  auto report = load_record("hostile");
  report.scenario.name = "raw \xff\xfe \xed\xa0\x80 \xc2";
  report.target.log_tail = {std::string("nul \0 here", 10), "\x1b[2J\x9b", "\xef\xbf\xbe"};
  for (const std::string dialect : {"default", "jenkins", "ant"}) {
    const std::string xml = reporters::render_junit({report}, dialect);
    for (const char c : xml) {
      const bool control = (c >= 0 && c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
      CHECK_FALSE(control);
    }
    for (const std::string bad : {"&#", "\xf0\x9f", "\xef\xbf\xbe", "\xef\xbf\xbf", "\xc2\x9b"})
      CHECK_MESSAGE(count(xml, bad) == 0, bad);
    CHECK(count(xml, "]]>") == 0);
    CHECK(count(xml, "raw \uFFFD\uFFFD") > 0);
  }
}

TEST_CASE("JUnit: the text of every failure begins with its message") {
  const std::string xml = reporters::render_junit(
      {load_record("leak"), load_record("crashed"), load_record("inconclusive")}, "default");
  const std::regex element("<(failure|error) message=\"([^\"]*)\" type=\"([a-z_]+)\">([^<]*)</");
  std::size_t found = 0;
  for (std::sregex_iterator at(xml.begin(), xml.end(), element), end; at != end; ++at, ++found)
    CHECK((*at)[4].str().rfind((*at)[2].str(), 0) == 0);
  CHECK(found == count(xml, "<failure") + count(xml, "<error"));
  CHECK(found >= 4);
}

TEST_CASE("JUnit: dialects differ where their readers do") {
  const std::vector<model::RunReport> reports = {load_record("leak")};
  const std::string standard = reporters::render_junit(reports, "default");
  CHECK(count(standard, " file=\"scenarios/quickstart.yaml\"") == 7);
  CHECK(reporters::render_junit(reports, "unheard of") == standard);
  const std::string jenkins = reporters::render_junit(reports, "jenkins");
  CHECK(count(jenkins, " file=") == 0);
  CHECK(count(jenkins,
              "<testsuites name=\"leakcheck\" tests=\"7\" failures=\"1\" errors=\"0\" time") == 1);
  const std::string ant = reporters::render_junit(reports, "ant");
  CHECK(count(ant, "<testsuites>") == 1);
  CHECK(count(ant, " file=") == 0);
  CHECK(count(ant, " hostname=\"localhost\" timestamp=\"2026-11-23T20:08:24\"") == 1);
  CHECK(count(ant, "<system-err></system-err>") == 1);
}

TEST_CASE("JUnit: a file is named only when it lies below the working directory") {
  auto report = load_record("leak");
  const auto file_of = [&](const std::string& file) {
    report.scenario.file = file;
    return list_suites({report}).front().file;
  };
  CHECK(file_of("scenarios/a.yaml") == "scenarios/a.yaml");
  CHECK(file_of("./a.yaml") == "a.yaml");
  CHECK(file_of("/srv/a.yaml") == "");
  CHECK(file_of("../a.yaml") == "");
  CHECK(file_of("a/../../b.yaml") == "");
  CHECK(file_of("a/../b.yaml") == "b.yaml");
  CHECK(file_of("..a/b.yaml") == "..a/b.yaml");
  CHECK(file_of("") == "");
}

TEST_CASE("JUnit: names are tokens, so that two of them do not become one in Ant's schema") {
  std::vector<model::RunReport> reports(3, load_record("leak"));
  reports[0].scenario.name = "a  b ";
  reports[1].scenario.name = " a b";
  reports[2].scenario.name = "  ";
  const auto suites = list_suites(reports);
  CHECK(suites[0].name == "a b");
  CHECK(suites[1].name == "a b (2)");
  CHECK(suites[2].name == "scenario");
}

TEST_CASE("JUnit: what is not known is said in words") {
  auto report = load_record("leak");
  auto& heap = report.verdict->quantities[0];
  heap.growth.low = heap.growth.high = heap.growth.confidence = std::nan("");
  heap.budget_per_request = std::numeric_limits<double>::infinity();
  const std::string details = find_case(report, "heapUsed retained per request").details;
  CHECK(details.find("(interval not known), budget not known;") != std::string::npos);
  const std::string xml = reporters::render_junit({report}, "default");
  CHECK(count(xml, "nan") + count(xml, "inf ") == 0);
}

TEST_CASE("JUnit: a start that is no time is left out, and Ant gets one all the same") {
  auto report = load_record("leak");
  report.started_at = "yesterday <b>";
  CHECK(count(reporters::render_junit({report}, "default"), "timestamp=") == 0);
  CHECK(count(reporters::render_junit({report}, "ant"), "timestamp=\"1970-01-01T00:00:00\"") == 1);
}

TEST_CASE("JUnit: no runs at all is still a report") {
  CHECK(count(reporters::render_junit({}, "default"), "</testsuites>") == 1);
}

TEST_CASE("JSON: one run is its record, several are a list") {
  const auto leak = load_record("leak");
  CHECK(reporters::render_json({leak}) == model::render_run_record(leak));
  CHECK(reporters::render_json({}) == "[\n]\n");
  const std::string two = reporters::render_json({leak, leak});
  CHECK(two.front() == '[');
  CHECK(count(two, "\"leakcheckRunRecord\": 1") == 2);
}
