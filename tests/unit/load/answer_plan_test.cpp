#include "harness/load/answer_plan.hpp"

#include <doctest/doctest.h>

#include "tests/unit/load/plans.hpp"

using namespace leakcheck;
using namespace leakcheck::load;
using namespace leakcheck::test;
using Kind = model::Matcher::Kind;
using From = model::Capture::From;

namespace {

const Surroundings kSurroundings{{"user"}, "8080", {"id", "etag", "token"}};

model::JsonPath path(std::vector<std::variant<std::string, std::int64_t>> segments,
                     std::string written) {
  return {std::move(segments), std::move(written)};
}

const model::JsonPath kId = path({"id"}, "$.id");

model::Matcher equals(const std::string& source) {
  return {Kind::equals, text(source), "", true};
}

model::Matcher exists(bool wanted = true) {
  return {Kind::exists, {}, "", wanted};
}

model::RequestStep a_step() {
  return step(model::Method::get, "/");
}

/// A plan, and a virtual user's values to use it with.
struct Look {
  AnswerPlan plan;
  std::vector<std::string> row{"ann"};
  std::vector<std::optional<std::string>> captured{3};
  RequestValues values{1, &row, Random(1)};
  std::vector<bool> held;

  explicit Look(const model::RequestStep& step)
      : plan(std::move(AnswerPlan::compile(step, kSurroundings).value())) {
    values.captured = &captured;
  }

  std::string at(int status, std::string_view body, std::string_view head = "") {
    Exchange exchange;
    exchange.status = status;
    exchange.head = head;
    exchange.body = body;
    exchange.body_bytes = static_cast<std::int64_t>(body.size());
    return std::string(plan.look_at(exchange, values, held));
  }

  /// "status yes, json $.id no".
  std::string checks() const {
    std::string out;
    for (std::size_t i = 0; i < held.size(); ++i)
      out += (i == 0 ? "" : ", ") + plan.check_names().at(i) + (held[i] ? " yes" : " no");
    return out;
  }
};

}  // namespace

TEST_CASE("AnswerPlan: a step that asks for nothing expects a status from 200 to 399") {
  Look look(a_step());
  CHECK_FALSE(look.plan.wants_head());
  CHECK_FALSE(look.plan.wants_body());
  CHECK(look.at(200, "").empty());
  CHECK(look.checks() == "status yes");
  CHECK(look.at(399, "").empty());
  CHECK(look.at(500, "") == "status 500");
  CHECK(look.checks() == "status no");
  CHECK(look.at(101, "") == "status 101");
  CHECK(look.at(99'999, "") == "status 999");
  CHECK(look.at(-1, "") == "status 0");
}

TEST_CASE("AnswerPlan: every check is looked at, and the first that fails is named") {
  auto step = a_step();
  step.expect.status = {201};
  step.expect.headers = {{"Content-Type", {Kind::matches, {}, "^application/json", true}},
                         {"X-Powered-By", exists(false)}};
  step.expect.json = {{kId, equals("7")}, {path({"ok"}, "$.ok"), equals("true")}};
  step.expect.body_matches = "\"ok\"";
  step.expect.min_body = Bytes{10};
  step.expect.max_body = Bytes{30};
  Look look(step);
  CHECK(look.plan.wants_head());
  CHECK(look.plan.wants_body());
  const std::string head = "content-type: application/json; charset=utf-8\r\n";
  CHECK(look.at(201, R"({"id":7.0,"ok":true})", head).empty());
  CHECK(look.checks() ==
        "status yes, header Content-Type yes, header X-Powered-By yes, json $.id yes, json $.ok "
        "yes, body matches yes, body size yes");
  CHECK(look.at(201, R"({"id":8,"ok":false})", head) == "check json $.id");
  CHECK(look.checks() ==
        "status yes, header Content-Type yes, header X-Powered-By yes, json $.id no, json $.ok no, "
        "body matches yes, body size yes");
  CHECK(look.at(201, R"({"id":7,"ok":true})", "X-Powered-By: Express\r\n") ==
        "check header Content-Type");
  CHECK(look.at(201, R"({"id":7,"ok":true})", head + "X-Powered-By: Express\r\n") ==
        "check header X-Powered-By");
  CHECK(look.at(201, "not JSON", head) == "check json $.id");
  CHECK(look.at(201, R"({"id":7,"ok":true, "more": "and more"})", head) == "check body size");
  CHECK(look.at(200, "", "") == "status 200");
  CHECK(look.checks() ==
        "status no, header Content-Type no, header X-Powered-By yes, json $.id no, json $.ok no, "
        "body matches no, body size no");
}

TEST_CASE("AnswerPlan: the body's size is counted where the body is not kept") {
  auto step = a_step();
  step.expect.min_body = Bytes{1000};
  Look look(step);
  CHECK_FALSE(look.plan.wants_body());
  Exchange exchange;
  exchange.status = 200;
  exchange.body_bytes = 1000;
  CHECK(look.plan.look_at(exchange, look.values, look.held).empty());
  exchange.body_bytes = 999;
  CHECK(look.plan.look_at(exchange, look.values, look.held) == "check body size");
}

TEST_CASE("AnswerPlan: a path that leads nowhere, and what is no JSON, fails its check") {
  auto step = a_step();
  step.expect.json = {{kId, exists(false)}};
  Look none(step);
  CHECK(none.at(200, "{}").empty());
  CHECK(none.at(200, R"({"id":null})") == "check json $.id");
  // Nothing can be said of what is no JSON, not even that it lacks something.
  CHECK(none.at(200, "<html>") == "check json $.id");
  CHECK(none.at(200, "") == "check json $.id");
}

TEST_CASE("AnswerPlan: of a header that comes twice, one that passes is enough") {
  auto step = a_step();
  step.expect.headers = {{"Vary", equals("Accept")}};
  step.captures = {{From::header, {}, "Vary", "", "etag"}};
  Look look(step);
  CHECK(look.at(200, "", "Vary: Origin\r\nVary: Accept\r\n").empty());
  CHECK(look.captured[1] == "Origin");
  CHECK(look.at(200, "", "Vary: Origin\r\n") == "check header Vary");
}

TEST_CASE("AnswerPlan: values are taken out of JSON, headers and text") {
  auto step = a_step();
  step.captures = {{From::json, path({"order", "id"}, "$.order.id"), "", "", "id"},
                   {From::header, {}, "ETag", "", "etag"},
                   {From::regex, {}, "", "token=([a-z]+)", "token"}};
  Look look(step);
  CHECK(look.plan.wants_head());
  CHECK(look.plan.wants_body());
  CHECK(
      look.at(200, R"({"order":{"id":"a\u0041"},"form":"token=xyz&"})", "etag: \"5\"\r\n").empty());
  CHECK(look.captured[0] == "aA");
  CHECK(look.captured[1] == "\"5\"");
  CHECK(look.captured[2] == "xyz");
}

TEST_CASE("AnswerPlan: what cannot be captured is named, and has no value from then on") {
  auto step = a_step();
  step.captures = {{From::json, kId, "", "", "id"},
                   {From::regex, {}, "", "token=([a-z]+)", "token"}};
  Look look(step);
  CHECK(look.at(200, R"({"id":1,"t":"token=a"})").empty());
  CHECK(look.at(200, R"({"t":"token=b"})") == "no capture id");
  CHECK_FALSE(look.captured[0]);
  CHECK(look.captured[2] == "b");
  CHECK(look.at(200, R"({"id":2})") == "no capture token");
  CHECK(look.captured[0] == "2");
  CHECK_FALSE(look.captured[2]);
  CHECK(look.at(200, "nothing") == "no capture id");
}

TEST_CASE("AnswerPlan: nothing is captured from an answer that was not expected") {
  auto step = a_step();
  step.captures = {{From::json, kId, "", "", "id"}};
  Look look(step);
  CHECK(look.at(200, R"({"id":1})").empty());
  CHECK(look.at(500, R"({"id":"of an error"})") == "status 500");
  CHECK_FALSE(look.captured[0]);
}

TEST_CASE("AnswerPlan: a check may expect what an earlier step captured, or the payload has") {
  auto step = a_step();
  step.expect.json = {{kId, equals("{{ id }}")}, {path({"user"}, "$.user"), equals("{{ user }}")}};
  Look look(step);
  look.captured[0] = "5";
  CHECK(look.at(200, R"({"id":5,"user":"ann"})").empty());
  CHECK(look.at(200, R"({"id":6,"user":"ann"})") == "check json $.id");
  look.captured[0].reset();
  CHECK(look.at(200, R"({"id":"","user":"ann"})") == "check json $.id");
}

TEST_CASE("AnswerPlan: what cannot be asked of an answer is refused with the step's name") {
  const auto error_of = [](const model::RequestStep& step) {
    const auto plan = AnswerPlan::compile(step, kSurroundings);
    REQUIRE_FALSE(plan);
    CHECK(plan.error().kind == ErrorKind::load);
    CHECK_FALSE(plan.error().hint.empty());
    return plan.error().message;
  };
  auto pattern = a_step();
  pattern.expect.body_matches = "(";
  CHECK(error_of(pattern).starts_with("a step: body matches: \"(\" is not a regular expression"));
  auto header = a_step();
  header.expect.headers = {{"ETag", {Kind::matches, {}, "[", true}}};
  CHECK(error_of(header).starts_with("a step: header ETag: \"[\" is not a regular expression"));
  auto json = a_step();
  json.expect.json = {{kId, equals("{{ uzer }}")}};
  CHECK(error_of(json) == "a step: json $.id: a request uses the unknown variable \"uzer\"");
  auto capture = a_step();
  capture.captures = {{From::regex, {}, "", "(", "id"}};
  CHECK(error_of(capture).starts_with("a step: capture id: \"(\" is not a regular expression"));
  capture.captures = {{From::json, kId, "", "", "nowhere"}};
  CHECK(error_of(capture) == "a step: there is no slot for the capture \"nowhere\"");
}

TEST_CASE("AnswerPlan: hostile answers fail, and nothing else") {
  auto step = a_step();
  step.expect.json = {{path({"a", -1, "b"}, "$.a[-1].b"), exists()}};
  step.expect.body_matches = "(x+x+)+y";
  step.captures = {{From::header, {}, "Set-Cookie", "", "etag"}};
  Look look(step);
  for (const std::string& body :
       {std::string(1'000'000, '['), std::string(1'000'000, 'x'), std::string(100'000, '\0'),
        std::string(R"({"a":[)"), std::string("\xff\xfe\xfd"), std::string("{\"a\":[{\"b\":")}) {
    CHECK(look.at(200, body, std::string(100'000, ':')) == "check json $.a[-1].b");
    CHECK_FALSE(look.captured[1]);
  }
}
