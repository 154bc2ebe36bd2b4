#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/file.hpp"
#include "harness/model/run_report.hpp"
#include "reporters/reporters.hpp"
#include "tests/golden/check_golden.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;

namespace {

const fs::path kGolden = fs::path(LEAKCHECK_SOURCE) / "tests/golden";

std::vector<std::string> list_records() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kGolden / "records"))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

model::RunReport load_record(const std::string& name) {
  const auto text = load_file(kGolden / "records" / (name + ".json"));
  REQUIRE(text.has_value());
  auto report = model::parse_run_record(*text);
  REQUIRE_MESSAGE(report.has_value(), name, ": ", report.error().message);
  return std::move(*report);
}

}  // namespace

TEST_CASE("Golden: the console report of every record") {
  REQUIRE(list_records().size() >= 10);
  for (const auto& name : list_records())
    check_golden(name + ".console.txt", reporters::render_console(load_record(name), {false, 80}));
}

TEST_CASE("Golden: the console report in colour, in a narrow and in a wide terminal") {
  for (const auto* name : {"leak", "hostile", "leak_routes"})
    check_golden(std::string(name) + ".colour.console.txt",
                 reporters::render_console(load_record(name), {true, 80}));
  check_golden("leak.narrow.console.txt",
               reporters::render_console(load_record("leak"), {false, 40}));
  check_golden("leak.wide.console.txt",
               reporters::render_console(load_record("leak"), {false, 200}));
  check_golden("leak_routes.narrow.console.txt",
               reporters::render_console(load_record("leak_routes"), {false, 40}));
}

TEST_CASE("Golden: JUnit of every record") {
  for (const auto& name : list_records())
    check_golden(name + ".junit.xml", reporters::render_junit({load_record(name)}, "default"));
}

TEST_CASE("Golden: JUnit in the other dialects, and of several runs with the same names") {
  for (const std::string dialect : {"jenkins", "ant"})
    for (const std::string name : {"leak", "crashed", "hostile", "report_failed"})
      check_golden(name + "." + dialect + ".xml",
                   reporters::render_junit({load_record(name)}, dialect));
  const std::vector<model::RunReport> several = {load_record("clean"), load_record("hostile"),
                                                 load_record("clean"), load_record("hostile"),
                                                 load_record("interrupted")};
  check_golden("several.junit.xml", reporters::render_junit(several, "default"));
  check_golden("several.jenkins.xml", reporters::render_junit(several, "jenkins"));
  check_golden("several.ant.xml", reporters::render_junit(several, "ant"));
}

TEST_CASE("Golden: the run record of every record, and of several runs") {
  for (const auto& name : list_records())
    check_golden(name + ".run.json", reporters::render_json({load_record(name)}));
  check_golden("several.runs.json",
               reporters::render_json({load_record("never_ready"), load_record("report_failed")}));
}
