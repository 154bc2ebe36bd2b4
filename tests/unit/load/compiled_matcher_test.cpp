#include "harness/load/compiled_matcher.hpp"

#include <doctest/doctest.h>

#include "tests/unit/load/plans.hpp"

using namespace leakcheck;
using namespace leakcheck::load;
using leakcheck::test::text;
using Kind = model::Matcher::Kind;

namespace {

const Surroundings kSurroundings{{"user"}, "8080", {"id"}};

bool holds(const model::Matcher& matcher, std::optional<std::string_view> value,
           std::optional<std::string> captured = std::nullopt) {
  const auto compiled = CompiledMatcher::compile(matcher, kSurroundings);
  REQUIRE(compiled);
  const std::vector<std::string> row{"ann"};
  std::vector<std::optional<std::string>> slots{std::move(captured)};
  RequestValues values{3, &row, Random(1)};
  values.captured = &slots;
  return compiled->holds(value, values);
}

model::Matcher equals(const std::string& source) {
  return {Kind::equals, text(source), "", true};
}

}  // namespace

TEST_CASE("CompiledMatcher: equal is the same text or the same number") {
  CHECK(holds(equals("abc"), "abc"));
  CHECK_FALSE(holds(equals("abc"), "abcd"));
  CHECK(holds(equals("5"), "5.0"));
  CHECK(holds(equals("1e3"), "1000"));
  CHECK_FALSE(holds(equals("5"), "five"));
  CHECK_FALSE(holds(equals("007"), "7"));
  CHECK(holds(equals(""), ""));
  CHECK_FALSE(holds(equals(""), std::nullopt));
  CHECK_FALSE(holds(equals("null"), std::nullopt));
}

TEST_CASE("CompiledMatcher: what is expected may have variables") {
  CHECK(holds(equals("<{{ user }}-{{ $sequence }}>"), "<ann-3>"));
  CHECK_FALSE(holds(equals("{{ user }}"), "bob"));
  CHECK(holds(equals("{{ $sequence }}"), "3.0"));
  CHECK(holds(equals("{{ id }}"), "7", "7"));
  CHECK_FALSE(holds(equals("{{ id }}"), "", std::nullopt));
}

TEST_CASE("CompiledMatcher: a pattern is found somewhere in the text") {
  const model::Matcher digits{Kind::matches, {}, "[0-9]{3}", true};
  CHECK(holds(digits, "a123"));
  CHECK_FALSE(holds(digits, "a12"));
  CHECK_FALSE(holds(digits, std::nullopt));
}

TEST_CASE("CompiledMatcher: a value is there, or must not be") {
  CHECK(holds({Kind::exists, {}, "", true}, ""));
  CHECK_FALSE(holds({Kind::exists, {}, "", true}, std::nullopt));
  CHECK(holds({Kind::exists, {}, "", false}, std::nullopt));
  CHECK_FALSE(holds({Kind::exists, {}, "", false}, "x"));
}

TEST_CASE("CompiledMatcher: unknown variables and wrong patterns are refused") {
  const auto unknown = CompiledMatcher::compile(equals("{{ uzer }}"), kSurroundings);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().hint == "did you mean \"user\"?");
  CHECK_FALSE(CompiledMatcher::compile({Kind::matches, {}, "(", true}, kSurroundings));
}
