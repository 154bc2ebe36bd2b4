#include <doctest/doctest.h>

#include <string>

#include "tests/unit/scenario/scratch_scenario.hpp"

using namespace leakcheck;
using namespace leakcheck::scenario;

namespace {

std::string body_of(const std::string& keys, const std::string& more = "") {
  const auto request = request_of("post: { url: /, " + keys + " }", more);
  REQUIRE(request.body.has_value());
  return shown(request.body->text);
}

}  // namespace

TEST_CASE("Requests: a path alone is a request, and names itself") {
  const auto request = request_of("get: /orders/{{ $sequence }}?full=1#top");
  CHECK(request.method == model::Method::get);
  CHECK(shown(request.url) == "/orders/{{$sequence}}?full=1#top");
  CHECK(request.name == "GET /orders/{{ $sequence }}");
  CHECK(request.expect.status.empty());
  CHECK(!request.body);
  CHECK(request_of("delete: http://localhost:1?a").name == "DELETE /");
  CHECK(request_of("head: { url: /a, name: mine }").name == "mine");
}

TEST_CASE("Requests: every method is a key") {
  using model::Method;
  CHECK(request_of("get: /").method == Method::get);
  CHECK(request_of("post: /").method == Method::post);
  CHECK(request_of("put: /").method == Method::put);
  CHECK(request_of("patch: /").method == Method::patch);
  CHECK(request_of("delete: /").method == Method::del);
  CHECK(request_of("head: /").method == Method::head);
}

TEST_CASE("Requests: JSON keeps YAML's types, and the order of the keys") {
  CHECK(body_of("json: { b: 1, a: [true, False, null, ~, x], c: { }, d: [], e: }") ==
        R"({"b":1,"a":[true,false,null,null,"x"],"c":{},"d":[],"e":null})");
  CHECK(body_of("json: [0x1F, .5, +1, 1e3, -2.50, 007]") == "[31,0.5,1,1e3,-2.50,7]");
  CHECK(body_of("json: [\"5\", 'true', \"null\", yes, 2026-11-25, !!str 5]") ==
        R"(["5","true","null","yes","2026-11-25","5"])");
  CHECK(body_of("json: text") == "\"text\"");
  CHECK(body_of("json: 12345678901234567890123") == "12345678901234567890123");
}

TEST_CASE("Requests: text in JSON is escaped, also around placeholders") {
  CHECK(body_of(R"(json: { "k\"ey": "a \"b\" \\ \n \t \u0001 ü {{ $uuid }} \"" })") ==
        R"({"k\"ey":"a \"b\" \\ \n \t \u0001 ü {{$uuid}} \""})");
  const auto request = request_of("post: { url: /, json: { a: x } }");
  CHECK(request.body->escaping == model::Escaping::json_string);
  CHECK(request.body->content_type == "application/json");
}

TEST_CASE("Requests: a value from the environment is escaped where it is written") {
  CHECK(body_of("json: { a: \"{{ $env.LEAKCHECK_TEST_URL }}\" }") ==
        R"({"a":"http://localhost:3000"})");
  CHECK(body_of("form: { a: \"{{ $env.LEAKCHECK_TEST_URL }}\" }") ==
        "a=http%3A%2F%2Flocalhost%3A3000");
}

TEST_CASE("Requests: a form is URL-encoded, with + for a blank") {
  CHECK(body_of(
            "form: { \"a b\": \"c&d=e ü\", n: 5, on: true, empty: \"\", id: \"x {{ $uuid }}\" }") ==
        "a+b=c%26d%3De+%C3%BC&n=5&on=true&empty=&id=x+{{$uuid}}");
  CHECK(body_of("form: { a: \"*-._~\" }") == "a=*-._%7E");
  const auto request = request_of("post: { url: /, form: { a: x } }");
  CHECK(request.body->escaping == model::Escaping::form);
  CHECK(request.body->content_type == "application/x-www-form-urlencoded");
}

TEST_CASE("Requests: a body is text as it stands, and a header can say what it is") {
  CHECK(body_of("body: \"a {{ $sequence }}\\n\\\"\"") == "a {{$sequence}}\n\"");
  const auto plain = request_of("post: { url: /, body: x }");
  CHECK(plain.body->escaping == model::Escaping::none);
  CHECK(plain.body->content_type == "text/plain; charset=utf-8");
  const auto xml =
      request_of("post: { url: /, body: <a/>, headers: { content-TYPE: application/xml } }");
  CHECK(xml.body->content_type == "");
  CHECK(request_of("post: { url: /, body: \"\" }").body->text.pieces.empty());
}

TEST_CASE("Requests: headers keep their order and their placeholders") {
  const auto request =
      request_of("get: { url: /, headers: { B: 1, A: \"x {{ $uuid }}\", C: \"\" } }");
  REQUIRE(request.headers.size() == 3);
  CHECK(request.headers[0].name == "B");
  CHECK(shown(request.headers[0].value) == "1");
  CHECK(shown(request.headers[1].value) == "x {{$uuid}}");
  CHECK(request.headers[2].value.pieces.empty());
}

TEST_CASE("Requests: one status is expected, or one of several") {
  using Codes = std::vector<int>;
  CHECK(request_of("get: { url: /, expect: { statusCode: 404 } }").expect.status == Codes{404});
  CHECK(request_of("get: { url: /, expect: { statusCode: [200, 404] } }").expect.status ==
        Codes{200, 404});
}

TEST_CASE("Requests: variables keep their arguments, and fields come from the payload") {
  const std::string payload = "payload: { path: rows.csv, fields: [id, sku] }";
  const ScratchFolder folder;
  folder.write("rows.csv", "1,A\n");
  const auto file = folder.write(
      "s.yaml",
      scenario_with_step("get: \"/{{id}}/{{  $randomNumber( -5 , 5 ) }}/{{$randomString(3)}}\"",
                         payload));
  const auto scenario = load_scenario(file, options_with({}));
  REQUIRE(scenario.has_value());
  const auto& step = std::get<model::RequestStep>(scenario->load.flows[0].steps[0]);
  CHECK(shown(step.url) == "/{{id}}/{{$randomNumber(-5,5)}}/{{$randomString(3)}}");
}

TEST_CASE("Requests: a think is a time, and no request") {
  const auto scenario = read_text_of(scenario_with_step("get: /\n    - think: 1.5s"));
  REQUIRE(scenario.has_value());
  const auto& steps = scenario->load.flows[0].steps;
  REQUIRE(steps.size() == 2);
  CHECK(std::get<model::ThinkStep>(steps[1]).time == std::chrono::milliseconds(1500));
}

TEST_CASE("Requests: a NUL is refused where the system would end the text, not in a body") {
  CHECK(body_of("json: { a: \"x\\0y\" }") == "{\"a\":\"x\\u0000y\"}");
  CHECK(problems_of(scenario_with("target: { command: [node, \"a\\0b\"] }"))
            .find("has a NUL character") != std::string::npos);
  CHECK(problems_of(scenario_with("reporters: [{ json: \"a\\0b\" }]")).find("NUL") !=
        std::string::npos);
  CHECK(problems_of(scenario_with_step("get: { url: /, headers: { A: \"x\\0y\" } }"))
            .find("line break") != std::string::npos);
}
