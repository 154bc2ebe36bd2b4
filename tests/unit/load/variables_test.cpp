#include "harness/load/variables.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/load/plans.hpp"

using namespace leakcheck;
using namespace leakcheck::load;
using leakcheck::test::text;

namespace {

const Surroundings kSurroundings{{"user", "sku"}, "8080"};

std::string render(const std::string& source, RequestValues& values, Place place = Place::plain) {
  const auto compiled = CompiledTemplate::compile(text(source), kSurroundings, place);
  REQUIRE(compiled);
  std::string out;
  compiled->append_to(out, values);
  return out;
}

Error error_of(const std::string& source) {
  const auto compiled = CompiledTemplate::compile(text(source), kSurroundings, Place::plain);
  REQUIRE_FALSE(compiled);
  CHECK(compiled.error().kind == ErrorKind::load);
  return compiled.error();
}

model::Payload three_rows(model::Payload::Order order) {
  return {{"user"}, {{"a"}, {"b"}, {"c"}}, order};
}

std::string rows_of(const PayloadRows& rows, std::int64_t count) {
  std::string out;
  for (std::int64_t k = 0; k < count; ++k) out += rows.row_of(k)->front();
  return out;
}

}  // namespace

TEST_CASE("CompiledTemplate: fields, the sequence and the port are put in their places") {
  const std::vector<std::string> row{"ann", "x-1"};
  RequestValues values{42, &row, Random(1)};
  CHECK(render("/{{ user }}/{{sku}}?n={{ $sequence }}&m={{ $sequence }}&p={{ $port }}", values) ==
        "/ann/x-1?n=42&m=42&p=8080");
  CHECK(render("", values).empty());
  CHECK(render("no variables", values) == "no variables");
}

TEST_CASE("CompiledTemplate: values are escaped for their place, what is written is not") {
  const std::vector<std::string> row{"a b\"\r\n", ""};
  RequestValues values{1, &row, Random(1)};
  CHECK(render("/a b/{{ user }}", values, Place::url) == "/a b/a%20b%22%0D%0A");
  CHECK(render("\"{{ user }}\"", values, Place::json_string) == R"("a b\"\r\n")");
  CHECK(render("{{ user }}", values, Place::header) == "a b\"");
  CHECK(render("[{{ sku }}]", values) == "[]");
}

TEST_CASE("CompiledTemplate: each use of a random variable is another value") {
  RequestValues values{1, nullptr, Random(1)};
  const std::string pair = render("{{ $uuid }} {{ $uuid }}", values);
  CHECK(pair.substr(0, 36) != pair.substr(37));
  CHECK(render("{{ $randomString(12) }}", values).size() == 12);
  CHECK(render("{{ $randomString(0) }}", values).empty());
  CHECK(render("{{ $randomNumber(-5, -5) }}", values) == "-5");
  for (int i = 0; i < 100; ++i) {
    const int number = std::stoi(render("{{ $randomNumber(3, 5) }}", values));
    CHECK(number >= 3);
    CHECK(number <= 5);
  }
}

TEST_CASE("CompiledTemplate: the same random stream gives the same text") {
  RequestValues first{1, nullptr, Random(9, 4)};
  RequestValues second{1, nullptr, Random(9, 4)};
  RequestValues other{1, nullptr, Random(9, 6)};
  const std::string source = "{{ $uuid }}{{ $randomString(8) }}{{ $randomNumber(1, 1000000) }}";
  const std::string rendered = render(source, first);
  CHECK(render(source, second) == rendered);
  CHECK(render(source, other) != rendered);
}

TEST_CASE("CompiledTemplate: without a payload's row, fields are empty") {
  RequestValues values{1, nullptr, Random(1)};
  CHECK(render("<{{ user }}>", values) == "<>");
}

TEST_CASE("CompiledTemplate: literal is what every request has the same") {
  const auto is_literal = [](const std::string& source) {
    return CompiledTemplate::compile(text(source), kSurroundings, Place::url)->is_literal();
  };
  CHECK(is_literal(""));
  CHECK(is_literal("/a"));
  CHECK(is_literal("http://127.0.0.1:{{ $port }}/"));
  CHECK_FALSE(is_literal("/{{ user }}"));
  CHECK_FALSE(is_literal("/{{ $sequence }}"));
  CHECK_FALSE(is_literal("/{{ $uuid }}"));
}

TEST_CASE("CompiledTemplate: unknown variables and wrong arguments are refused with a cure") {
  CHECK(error_of("{{ usr }}").message == "a request uses the unknown variable \"usr\"");
  CHECK(error_of("{{ usr }}").hint == "did you mean \"user\"?");
  CHECK(error_of("{{ $sequense }}").hint == "did you mean \"$sequence\"?");
  CHECK(error_of("{{ nothingLikeIt }}").hint == "name a field of the payload");
  for (const char* source :
       {"{{ $randomNumber }}", "{{ $randomNumber(1) }}", "{{ $randomNumber(2, 1) }}",
        "{{ $randomNumber(1, x) }}", "{{ $randomNumber(1, 2, 3) }}", "{{ $randomNumber(1, 2x) }}",
        "{{ $randomNumber(1, 99999999999999999999) }}"}) {
    CAPTURE(source);
    CHECK(error_of(source).message == "the arguments of \"$randomNumber\" cannot be used");
    CHECK(error_of(source).hint == "write {{ $randomNumber(1, 100) }}");
  }
  for (const char* source : {"{{ $randomString }}", "{{ $randomString(-1) }}",
                             "{{ $randomString(65537) }}", "{{ $randomString(1, 2) }}"}) {
    CAPTURE(source);
    CHECK(error_of(source).hint == "write {{ $randomString(16) }}");
  }
}

TEST_CASE("PayloadRows: in sequence, the rows come around") {
  CHECK(rows_of({three_rows(model::Payload::Order::sequence), 1}, 7) == "abcabca");
}

TEST_CASE("PayloadRows: in random order, the same seed gives the same rows, and all of them") {
  const PayloadRows rows(three_rows(model::Payload::Order::random), 1);
  const std::string drawn = rows_of(rows, 3'000);
  CHECK(drawn == rows_of({three_rows(model::Payload::Order::random), 1}, 3'000));
  CHECK(drawn != rows_of({three_rows(model::Payload::Order::random), 2}, 3'000));
  for (const char row : {'a', 'b', 'c'}) {
    const auto count = std::count(drawn.begin(), drawn.end(), row);
    CHECK(count > 890);  // four standard deviations
    CHECK(count < 1'110);
  }
}

TEST_CASE("PayloadRows: without a payload, or without rows, there is no row") {
  CHECK(PayloadRows(std::nullopt, 1).row_of(5) == nullptr);
  CHECK(PayloadRows(model::Payload{{"user"}, {}, model::Payload::Order::random}, 1).row_of(5) ==
        nullptr);
}
