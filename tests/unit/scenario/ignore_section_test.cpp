#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/unit/scenario/scratch_scenario.hpp"

using namespace leakcheck;
using namespace leakcheck::scenario;

namespace {

using Environment = std::map<std::string, std::string>;

const std::string kPathCure = " | write path: \"Store.cache\", as the report shows the leak\n";
const std::string kReasonCure = " | write reason: \"bounded, #412\", which says why it may stay\n";
const std::string kExpiresCure = " | write expires: 2027-12-31, the last day on which it holds\n";
const std::string kEntryCure =
    " | write { path: \"Store.cache\", reason: \"bounded, #412\" }, with expires: 2027-12-31 if it "
    "is to end\n";
const std::string kListCure =
    " | write ignore: [{ path: \"Store.cache\", reason: \"bounded, #412\", expires: 2027-12-31 "
    "}]\n";

std::vector<model::Ignore> read(const std::string& more, const std::string& profile = "",
                                const Environment& environment = {}) {
  auto scenario = read_text_of(scenario_with(more), options_with(environment, profile));
  const std::string problems = scenario ? "" : render_problems(scenario.error());
  REQUIRE_MESSAGE(scenario.has_value(), problems);
  return scenario->ignore;
}

std::string problems_with(const std::string& ignore) {
  return problems_of(scenario_with("ignore: " + ignore));
}

std::string expiring(const std::string& day) {
  return "[{ path: a, reason: b, expires: " + day + " }]";
}

std::string entries(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += "\n- { path: p" + std::to_string(i) + ", reason: r }";
  return out;
}

}  // namespace

TEST_CASE("Ignore: nothing is, unless the scenario says so") {
  CHECK(read("").empty());
  CHECK(read("ignore: []").empty());
}

TEST_CASE("Ignore: a leak by its path, why it may stay, and until when") {
  const auto ignore = read(
      "ignore:\n"
      "  - { path: \"Store.cache\", reason: \"bounded, #412\", expires: 2027-12-31 }\n"
      "  - { path: \"Registry.#items\", reason: \"one entry per plugin\" }\n"
      "  - path: EventEmitter.reload\n"
      "    expires: \"2028-02-29\"\n"
      "    reason: one a deployment\n");
  REQUIRE(ignore.size() == 3);
  CHECK(ignore[0].path == "Store.cache");
  CHECK(ignore[0].reason == "bounded, #412");
  CHECK(ignore[0].expires == "2027-12-31");
  CHECK(ignore[1].path == "Registry.#items");
  CHECK(ignore[1].reason == "one entry per plugin");
  CHECK(ignore[1].expires.empty());
  CHECK(ignore[2].path == "EventEmitter.reload");
  CHECK(ignore[2].reason == "one a deployment");
  CHECK(ignore[2].expires == "2028-02-29");
}

TEST_CASE("Ignore: a path is taken as it is written, with its blanks, signs and capitals") {
  for (const char* path : {"cache[].items", "onFlush()", "Store.Cache", "[0].a b", "größe.übrig"})
    CHECK(read("ignore: [{ path: \"" + std::string(path) + "\", reason: b }]").at(0).path == path);
  CHECK(read("ignore: [{ path: a, reason: b }, { path: A, reason: b }]").size() == 2);
  CHECK(read("ignore: [{ path: 12, reason: true }]").at(0).path == "12");
}

TEST_CASE("Ignore: the last day is one of the calendar, leap years too") {
  for (const std::string day : {"2027-12-31", "2028-02-29", "2000-02-29", "2400-02-29",
                                "2027-02-28", "2027-04-30", "2027-01-31"}) {
    CHECK(read("ignore: " + expiring(day)).at(0).expires == day);
    CHECK(read("ignore: " + expiring("\"" + day + "\"")).at(0).expires == day);
    CHECK(read("ignore: " + expiring("'" + day + "'")).at(0).expires == day);
  }
  for (const std::string day : {"2027-02-29", "2100-02-29", "2027-02-30", "2027-04-31",
                                "2027-13-01", "2027-00-10", "2027-10-00", "2027-01-32"})
    CHECK(problems_with(expiring(day)) ==
          "4:41: \"expires\" of an ignored leak must be a day of the calendar; there is no " + day +
              kExpiresCure);
}

TEST_CASE("Ignore: a day that is over is no problem of the scenario") {
  CHECK(read("ignore: " + expiring("1999-12-31")).at(0).expires == "1999-12-31");
}

TEST_CASE("Ignore: a day in another form is told how it is written") {
  for (const std::string day :
       {"31.12.2027", "2027-12-31T00:00:00Z", "2027/12/31", "20271231", "2027-1-1", "27-12-31",
        "12027-12-31", "+027-12-31", "-027-12-31", "2027-12-3x", "never", "365d"})
    CHECK(problems_with(expiring(day)) ==
          "4:41: \"expires\" of an ignored leak must be a day, YYYY-MM-DD; this is \"" + day +
              "\"" + kExpiresCure);
  CHECK(problems_with(expiring("\" 2027-12-31\"")) ==
        "4:41: \"expires\" of an ignored leak must be a day, YYYY-MM-DD; this is \" 2027-12-31\"" +
            kExpiresCure);
  CHECK(problems_with(expiring("\"\"")) ==
        "4:41: \"expires\" of an ignored leak is empty" + kExpiresCure);
  CHECK(problems_with(expiring("[2027-12-31]")) ==
        "4:41: \"expires\" of an ignored leak must be text; this is a list" + kExpiresCure);
  CHECK(problems_with(expiring("")) ==
        "4:32: \"expires\" of an ignored leak must be text; this is empty" + kExpiresCure);
}

TEST_CASE("Ignore: without a path or a reason it is refused, and both are missed at once") {
  CHECK(problems_with("[{ reason: b }]") ==
        "4:10: \"path\" of an ignored leak is missing" + kPathCure);
  CHECK(problems_with("[{ path: a }]") ==
        "4:10: \"reason\" of an ignored leak is missing" + kReasonCure);
  CHECK(problems_with("[{ expires: tomorrow }]") ==
        "4:10: \"path\" of an ignored leak is missing" + kPathCure +
            "4:10: \"reason\" of an ignored leak is missing" + kReasonCure +
            "4:21: \"expires\" of an ignored leak must be a day, YYYY-MM-DD; this is \"tomorrow\"" +
            kExpiresCure);
}

TEST_CASE("Ignore: a path and a reason say something") {
  CHECK(problems_with("[{ path: \"\", reason: \"\" }]") ==
        "4:18: \"path\" of an ignored leak is empty" + kPathCure +
            "4:30: \"reason\" of an ignored leak is empty" + kReasonCure);
  CHECK(problems_with("[{ path: \"  \", reason: \" \\t\\n\" }]") ==
        "4:18: \"path\" of an ignored leak has only blanks" + kPathCure +
            "4:32: \"reason\" of an ignored leak has only blanks" + kReasonCure);
  CHECK(problems_with("[{ path: [a], reason: { b: c } }]") ==
        "4:18: \"path\" of an ignored leak must be text; this is a list" + kPathCure +
            "4:31: \"reason\" of an ignored leak must be text; this is a map" + kReasonCure);
}

TEST_CASE("Ignore: the same path twice names both places") {
  CHECK(problems_with("\n- { path: a.b, reason: c }\n- { path: d, reason: c }\n"
                      "- { reason: other, path: \"a.b\", expires: 2027-12-31 }") ==
        "7:26: \"a.b\" is ignored twice; the first is at 5:11 | remove one of them\n");
  // Also when there is more to mend in one of them.
  CHECK(problems_with("\n- { path: a }\n- { path: a, reason: c }") ==
        "5:3: \"reason\" of an ignored leak is missing" + kReasonCure +
            "6:11: \"a\" is ignored twice; the first is at 5:11 | remove one of them\n");
}

TEST_CASE("Ignore: at most 100 leaks") {
  CHECK(read("ignore:" + entries(100)).size() == 100);
  CHECK(problems_with(entries(101)) ==
        "5:1: there are 101 ignored leaks, more than 100 | remove those that are mended or have "
        "expired\n");
}

TEST_CASE("Ignore: a wrong key is answered with the nearest") {
  CHECK(problems_with("[{ path: a, reason: b, paht: c, expire: 2027-12-31 }]") ==
        "4:32: unknown key \"paht\" in an ignored leak | did you mean \"path\"?\n"
        "4:41: unknown key \"expire\" in an ignored leak | did you mean \"expires\"?\n");
  CHECK(problems_with("[{ path: a, reason: b, zzz: c }]") ==
        "4:32: unknown key \"zzz\" in an ignored leak | known keys: path, reason, expires\n");
  CHECK(problems_of(scenario_with("ignored: []")) ==
        "4:1: unknown key \"ignored\" in the scenario | did you mean \"ignore\"?\n");
}

TEST_CASE("Ignore: what is no list of maps is told how it is written") {
  CHECK(problems_with("Store.cache") ==
        "4:9: ignore must be a list of leaks; this is text" + kListCure);
  CHECK(problems_with("{ path: a, reason: b }") ==
        "4:9: ignore must be a list of leaks; this is a map" + kListCure);
  CHECK(problems_with("") == "4:1: ignore must be a list of leaks; this is empty" + kListCure);
  CHECK(problems_with("[Store.cache, [a]]") ==
        "4:10: an ignored leak must be a map; this is text" + kEntryCure +
            "4:23: an ignored leak must be a map; this is a list" + kEntryCure);
}

TEST_CASE("Ignore: its words can come from the environment, and are looked at then") {
  const std::string words =
      R"(ignore: [{ path: "{{ $env.P }}", reason: "see {{ $env.R }}", expires: "{{ $env.E }}" }])";
  const auto ignore = read(words, "", {{"P", "Store.cache"}, {"R", "#412"}, {"E", "2027-12-31"}});
  REQUIRE(ignore.size() == 1);
  CHECK(ignore[0].path == "Store.cache");
  CHECK(ignore[0].reason == "see #412");
  CHECK(ignore[0].expires == "2027-12-31");
  CHECK(problems_of(scenario_with(words),
                    options_with({{"P", " "}, {"R", "#412"}, {"E", "2027-02-29"}})) ==
        "4:18: \"path\" of an ignored leak has only blanks" + kPathCure +
            "4:71: \"expires\" of an ignored leak must be a day of the calendar; there is no "
            "2027-02-29" +
            kExpiresCure);
  CHECK(problems_of(scenario_with(words)).find("$env.P") == std::string::npos);
  CHECK(problems_of(scenario_with(words)) != "valid");
  CHECK(problems_of(scenario_with("ignore: [{ path: \"{{ $uuid }}\", reason: b }]")) != "valid");
}

TEST_CASE("Ignore: a profile's list takes the place of the whole list") {
  const std::string text =
      "ignore: [{ path: a, reason: b }, { path: c, reason: d, expires: 2027-12-31 }]\n"
      "profiles:\n"
      "  none: { ignore: [] }\n"
      "  same: {}\n"
      "  other: { ignore: [{ path: c, reason: e }] }\n"
      "  environment: { ignore: [{ path: \"{{ $env.NOT_SET }}\", reason: e }] }\n";
  CHECK(read(text).size() == 2);
  CHECK(read(text, "none").empty());
  CHECK(read(text, "same").size() == 2);
  const auto other = read(text, "other");
  REQUIRE(other.size() == 1);
  CHECK(other[0].path == "c");
  CHECK(other[0].reason == "e");
  CHECK(other[0].expires.empty());
}

TEST_CASE("Ignore: an entry of a profile is whole, as a list is replaced") {
  CHECK(problems_of(scenario_with("ignore: [{ path: a, reason: b }]\n"
                                  "profiles: { weekly: { ignore: [{ path: a }] } }")) ==
        "5:32: \"reason\" of an ignored leak is missing" + kReasonCure);
}

TEST_CASE("Ignore: baseline is still refused") {
  CHECK(problems_of(scenario_with("baseline: {}\nignore: []")) ==
        "4:1: \"baseline\" in the scenario is not supported by this version of leakcheck | remove "
        "it; set an absolute limit under budgets\n");
}
