#include "harness/load/variables.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/load/plans.hpp"

using namespace leakcheck;
using namespace leakcheck::load;
using leakcheck::test::text;

namespace {

const Surroundings kSurroundings{{"user", "sku"}, "8080", {"id", "token"}, "7f3k9q2a"};

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
  CHECK(error_of("{{ tokn }}").hint == "did you mean \"token\"?");
  CHECK(error_of("{{ $loopcounter }}").hint == "did you mean \"$loopCount\"?");
  CHECK(error_of("{{ nothingLikeIt }}").hint ==
        "name a field of the payload, or a value that an earlier step captures");
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

TEST_CASE("CompiledTemplate: the iteration, the user, the loop and the run") {
  RequestValues values{9, nullptr, Random(1)};
  values.iteration = 4;
  values.user = 2;
  values.loop_count = 3;
  CHECK(render("{{ $iteration }} {{ $user }} {{ $loopCount }} {{ $run }}", values) ==
        "4 3 3 7f3k9q2a");
  CHECK(CompiledTemplate::compile(text("/{{ $run }}/{{ $port }}"), kSurroundings, Place::url)
            ->is_literal());
}

TEST_CASE("CompiledTemplate: what was captured is written where it belongs, escaped") {
  std::vector<std::optional<std::string>> captured{"a/b", std::nullopt};
  RequestValues values{1, nullptr, Random(1)};
  values.captured = &captured;
  CHECK(render("/{{ id }}", values, Place::url) == "/a%2Fb");
  CHECK(render("/{{ id }}", values) == "/a/b");
}

TEST_CASE("CompiledTemplate: what was not captured so far is named") {
  std::vector<std::optional<std::string>> captured{"1", std::nullopt};
  RequestValues values{1, nullptr, Random(1)};
  values.captured = &captured;
  const auto missing = [&](const std::string& source) {
    const auto compiled = CompiledTemplate::compile(text(source), kSurroundings, Place::plain);
    REQUIRE(compiled);
    const std::string* name = compiled->find_missing(values);
    return name == nullptr ? std::string() : *name;
  };
  CHECK(missing("{{ id }} {{ user }}").empty());
  CHECK(missing("{{ id }} {{ token }}") == "no value for token");
  captured[1] = "";
  CHECK(missing("{{ token }}").empty());
  captured.resize(1);
  CHECK(missing("{{ token }}") == "no value for token");
  values.captured = nullptr;
  CHECK(missing("{{ id }}") == "no value for id");
}

TEST_CASE("CompiledTemplate: values are counted as they are, not as they are escaped") {
  DistinctCounts distinct;
  Surroundings counting = kSurroundings;
  counting.distinct = &distinct;
  const auto compile = [&](const std::string& source, Place place) {
    return CompiledTemplate::compile(text(source), counting, place).value();
  };
  const auto url = compile("/{{ user }}/{{ $sequence }}/{{ $randomNumber(1, 1) }}", Place::url);
  const auto body = compile("{{ user }}{{ $port }}{{ $uuid }}{{ id }}", Place::json_string);
  std::string out;
  std::vector<std::optional<std::string>> captured(2);
  for (int i = 1; i <= 10; ++i) {
    const std::vector<std::string> row{i % 2 == 0 ? "a b" : "\"", ""};
    RequestValues values{i, &row, Random(1, static_cast<std::uint64_t>(i))};
    values.captured = &captured;
    values.distinct = &distinct;
    url.append_to(out, values);
    body.append_to(out, values);
  }
  std::string seen;
  for (const auto& [name, uses, count] : distinct.summary())
    seen += name + " " + std::to_string(uses) + " " + std::to_string(count) + "|";
  CHECK(seen == "user 20 2|$sequence 10 10|$randomNumber(1, 1) 10 1|$uuid 10 10|id 0 0|");
}

TEST_CASE("CompiledTemplate: client addresses are one for each iteration, or so many in turn") {
  const auto address = [](const std::string& source, std::int64_t iteration) {
    RequestValues values{1, nullptr, Random(1)};
    values.iteration = iteration;
    return render(source, values);
  };
  CHECK(address("{{ $clientAddress }}", 0) == "10.0.0.1");
  CHECK(address("{{ $clientAddress }}", 255) == "10.0.1.0");
  CHECK(address("{{ $clientAddress }}", 16'777'214) == "10.255.255.255");
  CHECK(address("{{ $clientAddress }}", 16'777'215) == "10.0.0.0");
  CHECK(address("{{ $clientAddress }}", 16'777'216) == "10.0.0.1");
  CHECK(address("{{ $clientAddress(3) }}", 2) == "10.0.0.3");
  CHECK(address("{{ $clientAddress(3) }}", 3) == "10.0.0.1");
  for (const char* source : {"{{ $clientAddress(0) }}", "{{ $clientAddress(16777217) }}",
                             "{{ $clientAddress(1, 2) }}", "{{ $clientAddress(x) }}"})
    CHECK(error_of(source).hint == "write {{ $clientAddress(1000) }}");
}

TEST_CASE("PayloadRows: each row once, and then they are used up") {
  const PayloadRows rows(three_rows(model::Payload::Order::unique), 1);
  CHECK(rows_of(rows, 3) == "abc");
  CHECK_FALSE(rows.is_used_up(2));
  CHECK(rows.is_used_up(3));
  CHECK(rows.row_of(3) == nullptr);
  CHECK_FALSE(rows.repeats_within(100));
  CHECK_FALSE(PayloadRows(std::nullopt, 1).is_used_up(3));
  CHECK_FALSE(PayloadRows(three_rows(model::Payload::Order::sequence), 1).is_used_up(3));
}

TEST_CASE("PayloadRows: in sequence, rows repeat once there are more iterations") {
  const PayloadRows rows(three_rows(model::Payload::Order::sequence), 1);
  CHECK_FALSE(rows.repeats_within(3));
  CHECK(rows.repeats_within(4));
  CHECK_FALSE(PayloadRows(three_rows(model::Payload::Order::random), 1).repeats_within(4));
  CHECK_FALSE(PayloadRows(std::nullopt, 1).repeats_within(4));
}
