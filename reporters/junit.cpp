#include <string_view>

#include "reporters/junit_suites.hpp"
#include "reporters/numbers.hpp"
#include "reporters/reporters.hpp"
#include "reporters/xml.hpp"

namespace leakcheck::reporters {
namespace {

using Result = JunitCase::Result;

enum class Dialect { standard, jenkins, ant };

Dialect dialect_named(const std::string& name) {
  if (name == "jenkins") return Dialect::jenkins;
  if (name == "ant") return Dialect::ant;
  return Dialect::standard;
}

struct Totals {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
  double duration_ms = 0;

  void add(const JunitSuite& suite) {
    tests += suite.cases.size();
    duration_ms += suite.duration_ms;
    for (const JunitCase& each : suite.cases) {
      failures += each.result == Result::failure ? 1 : 0;
      errors += each.result == Result::error ? 1 : 0;
      skipped += each.result == Result::skipped ? 1 : 0;
    }
  }
};

std::string_view element_of(Result result) {
  switch (result) {
    case Result::failure:
      return "failure";
    case Result::error:
      return "error";
    case Result::skipped:
      return "skipped";
    case Result::passed:
      break;
  }
  return "";
}

void write_case(XmlWriter& xml, const JunitCase& junit, const JunitSuite& suite, Dialect dialect) {
  Attributes attributes = {{"name", junit.name}, {"classname", "leakcheck." + suite.name}};
  // Jenkins xunit and Ant refuse a file here.
  if (dialect == Dialect::standard && !suite.file.empty())
    attributes.emplace_back("file", suite.file);
  attributes.emplace_back("time", plain_seconds(junit.duration_ms));
  if (junit.result == Result::passed) return xml.empty("testcase", attributes);

  xml.open("testcase", attributes);
  const Attributes why = {{"message", junit.message}, {"type", junit.type}};
  if (junit.result == Result::skipped) {
    xml.empty("skipped", why);
  } else {
    // The message again: GitLab and dorny/test-reporter read the text only.
    std::string text = junit.message;
    if (!junit.details.empty()) text += "\n" + junit.details;
    while (!text.empty() && text.back() == '\n') text.pop_back();
    xml.text(element_of(junit.result), why, text);
  }
  xml.close("testcase");
}

Attributes suite_attributes(const JunitSuite& suite, std::size_t id, Dialect dialect) {
  Totals totals;
  totals.add(suite);
  Attributes attributes = {{"name", suite.name}};
  if (dialect == Dialect::ant) {
    attributes.emplace_back("package", "leakcheck");
    attributes.emplace_back("id", std::to_string(id));
    // Required there; the machine's own name is nobody's business.
    attributes.emplace_back("hostname", "localhost");
  }
  if (!suite.timestamp.empty() || dialect == Dialect::ant)
    attributes.emplace_back("timestamp",
                            suite.timestamp.empty() ? "1970-01-01T00:00:00" : suite.timestamp);
  attributes.emplace_back("tests", std::to_string(totals.tests));
  attributes.emplace_back("failures", std::to_string(totals.failures));
  attributes.emplace_back("errors", std::to_string(totals.errors));
  attributes.emplace_back("skipped", std::to_string(totals.skipped));
  attributes.emplace_back("time", plain_seconds(suite.duration_ms));
  return attributes;
}

void write_suite(XmlWriter& xml, const JunitSuite& suite, std::size_t id, Dialect dialect) {
  xml.open("testsuite", suite_attributes(suite, id, dialect));
  xml.open("properties", {});
  for (const auto& [name, value] : suite.properties)
    xml.empty("property", {{"name", name}, {"value", value}});
  xml.close("properties");
  for (const JunitCase& junit : suite.cases) write_case(xml, junit, suite, dialect);
  xml.text("system-out", {}, suite.system_out);
  if (dialect == Dialect::ant) xml.text("system-err", {}, "");
  xml.close("testsuite");
}

Attributes root_attributes(const std::vector<JunitSuite>& suites, Dialect dialect) {
  // Ant's schema has none.
  if (dialect == Dialect::ant) return {};
  Totals totals;
  for (const JunitSuite& suite : suites) totals.add(suite);
  Attributes attributes = {{"name", "leakcheck"},
                           {"tests", std::to_string(totals.tests)},
                           {"failures", std::to_string(totals.failures)},
                           {"errors", std::to_string(totals.errors)}};
  // Jenkins xunit knows it on a suite only.
  if (dialect == Dialect::standard)
    attributes.emplace_back("skipped", std::to_string(totals.skipped));
  attributes.emplace_back("time", plain_seconds(totals.duration_ms));
  return attributes;
}

}  // namespace

std::string render_junit(const std::vector<model::RunReport>& reports, const std::string& dialect) {
  const std::vector<JunitSuite> suites = list_suites(reports);
  const Dialect chosen = dialect_named(dialect);
  XmlWriter xml;
  xml.open("testsuites", root_attributes(suites, chosen));
  for (std::size_t id = 0; id < suites.size(); ++id) write_suite(xml, suites[id], id, chosen);
  xml.close("testsuites");
  return xml.xml();
}

}  // namespace leakcheck::reporters
