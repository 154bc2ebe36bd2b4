#include <doctest/doctest.h>

#include <string>

#include "tests/unit/scenario/scratch_scenario.hpp"

using namespace leakcheck;
using namespace leakcheck::scenario;

namespace {

std::string repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

bool says(const std::string& text, const std::string& what) {
  const std::string problems = problems_of(text);
  const bool found = problems.find(what) != std::string::npos;
  if (!found) MESSAGE(problems.substr(0, 400));
  return found;
}

}  // namespace

TEST_CASE("Hostile: aliases that multiply are counted each time") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeat(before + ", ", 9) +
            before + "]\n";
  }
  CHECK(says(bomb, "the file has more than 20000 values"));
}

TEST_CASE("Hostile: merge keys that multiply are counted each time") {
  std::string bomb = "a0: &a0 { k: [" + repeat("x, ", 9) + "x] }\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " { l" + std::to_string(i) +
            ": " + before + ", m: { <<: " + before + " }, <<: " + before + " }\n";
  }
  CHECK(says(bomb, "the file has more than 20000 values"));
}

TEST_CASE("Hostile: an alias cannot hold itself") {
  CHECK(says("a: &a [*a]\n", "an alias stands inside its own anchor"));
  CHECK(says("a: &a { <<: *a }\n", "an alias stands inside its own anchor"));
}

TEST_CASE("Hostile: deep nesting is refused before it needs stack") {
  CHECK(says("a: " + repeat("[", 500'000), "values are nested more than 64 deep"));
  CHECK(says(repeat("[", 500'000), "values are nested more than 64 deep"));
  CHECK(says(repeat("{a: ", 250'000), "values are nested more than 64 deep"));
  CHECK(says(repeat("- ", 100'000), "values are nested more than 64 deep"));
  CHECK(problems_of(repeat("? ", 100'000)) != "valid");
  CHECK(problems_of("a: " + repeat("!x ", 100'000)) != "valid");
  CHECK(problems_of("a: " + repeat("&x ", 100'000)) != "valid");
}

TEST_CASE("Hostile: nesting by aliases of aliases neither crashes nor hangs") {
  std::string text = "a0: &a0 [x]\n";
  for (int i = 1; i < 190; ++i)
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
            "]\n";
  CHECK(says(text + scenario_with_step("post: { url: /, json: *a189 }"), "unknown key \"a0\""));
}

TEST_CASE("Hostile: a file of more than a megabyte is not read on") {
  CHECK(says("# " + std::string(3'000'000, 'x'), "it is larger than 1.0 MB"));
  const auto scenario = load_scenario("/dev/zero", options_with({}));
  REQUIRE(!scenario.has_value());
  CHECK(scenario.error().at(0).message == "cannot read the file: it is larger than 1.0 MB");
}

TEST_CASE("Hostile: a megabyte of one kind of token ends soon") {
  CHECK(problems_of(repeat("\"", 900'000)) != "valid");
  CHECK(problems_of(repeat("a: b\n", 150'000)) != "valid");
  CHECK(problems_of(repeat("x", 900'000)) != "valid");
  CHECK(problems_of(repeat("- x\n", 200'000)) != "valid");
  CHECK(problems_of(repeat("%TAG ! x\n", 50'000)) != "valid");
  CHECK(problems_of(repeat("---\n", 100'000)) != "valid");
  CHECK(problems_of("a: |\n" + repeat(" ", 500'000) + "x") != "valid");
  CHECK(problems_of(repeat("a,", 300'000)) != "valid");
  CHECK(problems_of("[" + repeat("a,", 300'000)) != "valid");
  CHECK(problems_of(repeat(": ", 300'000)) != "valid");
  CHECK(problems_of(repeat("*a ", 300'000)) != "valid");
}

TEST_CASE("Hostile: many keys that nobody knows, in many profiles") {
  std::string text = "profiles:\n";
  for (int i = 0; i < 64; ++i) text += "  p" + std::to_string(i) + ": {}\n";
  text += "target:\n  command: [node]\n  env:\n";
  for (int i = 0; i < 8'000; ++i) text += "    V" + std::to_string(i) + ": x\n";
  CHECK(problems_of(scenario_with(text)) == "valid");
  text += "target2:\n";
  for (int i = 0; i < 1'000; ++i) text += "zz" + std::to_string(i) + ": x\n";
  CHECK(problems_of(scenario_with(text)) != "valid");
}

TEST_CASE("Hostile: more than 64 profiles are refused") {
  std::string text = "profiles:\n";
  for (int i = 0; i < 65; ++i) text += "  p" + std::to_string(i) + ": {}\n";
  CHECK(says(scenario_with(text), "there are more than 64 profiles"));
}

TEST_CASE("Hostile: a regular expression that would need too much stack or memory") {
  const auto ready = [](const std::string& pattern) {
    return scenario_with("target: { command: [n], ready: { log: '" + pattern + "' } }");
  };
  CHECK(says(ready(repeat("(", 100'000)), "target.ready.log is longer than 500 bytes"));
  CHECK(says(ready(repeat("(", 490)), "is not a regular expression"));
  CHECK(problems_of(ready(repeat("(", 240) + repeat(")", 240))) == "valid");
  CHECK(says(ready("((a{1,999}){1,999}){1,999}"), "is not a regular expression"));
}

TEST_CASE("Hostile: bytes that no text has") {
  CHECK(
      says("version: 1\nname: Gr\xF6\xDF"
           "er\n",
           "2:9: this is not UTF-8 text"));
  CHECK(says(std::string("version: 1\nname: a\0b\n", 21), "it has the byte 0x00"));
  CHECK(says("version: 1\nname: a\x1b[2Jb\n", "it has the byte 0x1B"));
  CHECK(says("\xFF\xFEv\x00", "1:1: this is not UTF-8 text"));
}

TEST_CASE("Hostile: no document, more than one, or another kind of value") {
  CHECK(says("", "1:1: the file is empty"));
  CHECK(says("\n\n# only this\n", "1:1: the file is empty"));
  CHECK(says("---\n...\n", "1:1: the file is empty"));
  CHECK(says("~\n", "the file is empty"));
  CHECK(says(scenario_with("---\na: b"), "there is more than one document"));
  CHECK(says("- a\n", "a scenario is a map of keys; this is a list"));
  CHECK(says("5\n", "a scenario is a map of keys; this is text"));
}

TEST_CASE("Hostile: syntax errors say where, and what is most likely meant") {
  CHECK(says("version: 1\ntarget:\n\tcommand: x\n", "indent with spaces, not with tabs"));
  CHECK(says(scenario_with("a: { b: {{ $port }} }"), "put quotes around text that begins with {{"));
  CHECK(says(scenario_with_step("get: { url: /a?b=1 }"), "put quotes around text with \"?\""));
  CHECK(says(scenario_with("name: *none"), "an anchor (&name) has to come before"));
  CHECK(says(scenario_with("name: \"never closed"), "the quotes are never closed"));
  CHECK(says(scenario_with("name: 'never ''closed"), "the quotes are never closed"));
  CHECK(says(scenario_with("a: [b, c"), "close all brackets and quotes"));
}

TEST_CASE("Hostile: a key that comes twice is refused, also when it is written in another way") {
  CHECK(says(scenario_with("name: a\n\"name\": b"), "the key \"name\" is there twice"));
  CHECK(says(scenario_with("load: { vus: 1, vus: 2, flows: [{ steps: [get: /] }] }"),
             "the key \"vus\" is there twice"));
}
