#include "harness/base/template.hpp"

#include <doctest/doctest.h>

using namespace leakcheck;

namespace {

Template parsed(std::string_view text) {
  auto result = parse_template(text);
  REQUIRE_MESSAGE(result.has_value(), text, ": ", result.error().message);
  return *result;
}

Placeholder only_placeholder(std::string_view text) {
  const Template found = parsed(text);
  REQUIRE(found.pieces.size() == 1);
  REQUIRE(std::holds_alternative<Placeholder>(found.pieces[0]));
  return std::get<Placeholder>(found.pieces[0]);
}

void refused(std::string_view text, const std::string& message) {
  const auto result = parse_template(text);
  REQUIRE_MESSAGE(!result.has_value(), text);
  CHECK(result.error().kind == ErrorKind::scenario);
  CHECK(result.error().message == message);
  CHECK(result.error().hint == "write {{ name }}, {{ $sequence }} or {{ $randomNumber(1, 100) }}");
}

}  // namespace

TEST_CASE("Template: text without placeholders is one literal piece") {
  CHECK(parsed("").pieces.empty());
  CHECK(parsed("").is_literal());
  CHECK(parsed("/orders").pieces.size() == 1);
  CHECK(parsed("/orders").is_literal());
  CHECK_FALSE(parsed("{{ id }}").is_literal());
}

TEST_CASE("Template: a placeholder between texts makes three pieces, in order") {
  const Template orders = parsed("/orders/{{ id }}?full=1");
  REQUIRE(orders.pieces.size() == 3);
  CHECK(std::get<std::string>(orders.pieces[0]) == "/orders/");
  CHECK(std::get<Placeholder>(orders.pieces[1]) == Placeholder{"id", {}});
  CHECK(std::get<std::string>(orders.pieces[2]) == "?full=1");
}

TEST_CASE("Template: neighbours leave no empty piece between them") {
  const Template both = parsed("{{a}}{{ b }}");
  REQUIRE(both.pieces.size() == 2);
  CHECK(std::get<Placeholder>(both.pieces[0]).name == "a");
  CHECK(std::get<Placeholder>(both.pieces[1]).name == "b");
}

TEST_CASE("Template: names keep their dollar and their dots") {
  CHECK(only_placeholder("{{ $sequence }}").name == "$sequence");
  CHECK(only_placeholder("{{$env.DB_URL2}}").name == "$env.DB_URL2");
  CHECK(only_placeholder("{{\n user_id\t}}").name == "user_id");
}

TEST_CASE("Template: arguments are split at commas and trimmed") {
  CHECK(only_placeholder("{{ $randomNumber(1, 100) }}") ==
        Placeholder{"$randomNumber", {"1", "100"}});
  CHECK(only_placeholder("{{ $f ( -1.5 ,b_c ) }}") == Placeholder{"$f", {"-1.5", "b_c"}});
  CHECK(only_placeholder("{{ $f() }}") == Placeholder{"$f", {}});
  CHECK(only_placeholder("{{ $f(  ) }}") == Placeholder{"$f", {}});
}

TEST_CASE("Template: single braces and closing ones are text, as JSON has them") {
  CHECK(parsed(R"({"a":{"b":{}}})").is_literal());
  const Template body = parsed(R"({"a":{"id":"{{ id }}"}})");
  REQUIRE(body.pieces.size() == 3);
  CHECK(std::get<std::string>(body.pieces[2]) == "\"}}");
}

TEST_CASE("Template: a placeholder that is not closed is refused with the text it begins") {
  refused("a {{ id", "\"{{\" is not closed in \"{{ id\"");
  refused("{{ a }} {{", "\"{{\" is not closed in \"{{\"");
  refused("{{ a }", "\"{{\" is not closed in \"{{ a }\"");
}

TEST_CASE("Template: what is no name is refused") {
  refused("{{}}", "\"{{}}\" is not the name of a variable");
  refused("{{  }}", "\"{{  }}\" is not the name of a variable");
  refused("{{ $ }}", "\"{{ $ }}\" is not the name of a variable");
  refused("{{ 1st }}", "\"{{ 1st }}\" is not the name of a variable");
  refused("{{ $1 }}", "\"{{ $1 }}\" is not the name of a variable");
  refused("{{ a b }}", "\"{{ a b }}\" is not the name of a variable");
  refused("{{ user-id }}", "\"{{ user-id }}\" is not the name of a variable");
  refused("{{ é }}", "\"{{ é }}\" is not the name of a variable");
  refused("{{ (1) }}", "\"{{ (1) }}\" is not the name of a variable");
  refused("{{{ a }}}", "\"{{{ a }}\" is not the name of a variable");
  refused("{{ a {{ b }}", "\"{{ a {{ b }}\" is not the name of a variable");
}

TEST_CASE("Template: malformed arguments are refused") {
  const auto open = [](const std::string& text) {
    refused(text, "\"" + text + "\" has a \"(\" that is not closed");
  };
  open("{{ $f( }}");
  open("{{ $f(1 }}");
  open("{{ $f(1) x }}");
  for (const std::string text : {"{{ $f(,) }}", "{{ $f(1,) }}", "{{ $f(,1) }}", "{{ $f(1,,2) }}",
                                 "{{ $f(1)) }}", "{{ $f((1) }}", "{{ $f(a b) }}", "{{ $f(?) }}"})
    refused(text, "\"" + text + "\" has an argument that is no number and no word");
}

TEST_CASE("Template: rendering asks for every placeholder in order and joins the pieces") {
  std::vector<std::string> asked;
  const std::string text =
      render_template(parsed("{{a}}/{{ b }}-{{a}}."), [&](const Placeholder& placeholder) {
        asked.push_back(placeholder.name);
        return placeholder.name + std::to_string(asked.size());
      });
  CHECK(text == "a1/b2-a3.");
  CHECK(asked == std::vector<std::string>{"a", "b", "a"});
  CHECK(render_template({}, [](const Placeholder&) { return "never"; }) == "");
}

TEST_CASE("Template: what a value holds is never read as a placeholder again") {
  CHECK(render_template(parsed("{{a}}"), [](const Placeholder&) { return "{{ b }}"; }) ==
        "{{ b }}");
}
