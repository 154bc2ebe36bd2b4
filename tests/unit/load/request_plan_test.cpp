#include "harness/load/request_plan.hpp"

#include <doctest/doctest.h>

#include "tests/unit/load/plans.hpp"

using namespace leakcheck;
using namespace leakcheck::load;
using namespace leakcheck::test;
using model::Method;

namespace {

const Surroundings kSurroundings{{"user"}, "8080"};

RequestPlan compile(const model::RequestStep& step, bool keep_alive = true) {
  auto plan = RequestPlan::compile(step, "http://127.0.0.1:8080", kSurroundings, keep_alive);
  REQUIRE(plan);
  return std::move(*plan);
}

HttpRequest render(const RequestPlan& plan, const std::string& user = "ann") {
  const std::vector<std::string> row{user};
  RequestValues values{7, &row, Random(1)};
  return plan.render(values);
}

/// With 1.2.3 for leakcheck's version.
std::string headers(const HttpRequest& request) {
  std::string out = list(request);
  const auto begin = out.find("leakcheck/");
  if (begin == std::string::npos) return out;
  return out.replace(begin, out.find('|', begin) - begin, "leakcheck/1.2.3");
}

}  // namespace

TEST_CASE("RequestPlan: a path lies below the target's url, a whole url stands by itself") {
  CHECK(render(compile(step(Method::get, "/users/{{ user }}"))).url ==
        "http://127.0.0.1:8080/users/ann");
  CHECK(render(compile(step(Method::get, "{{ user }}"))).url == "http://127.0.0.1:8080/ann");
  CHECK(render(compile(step(Method::get, ""))).url == "http://127.0.0.1:8080/");
  CHECK(render(compile(step(Method::get, "http://localhost:{{ $port }}/{{ user }}")), "a/b").url ==
        "http://localhost:8080/a%2Fb");
}

TEST_CASE("RequestPlan: the headers that every request gets") {
  auto with_body = step(Method::post, "/");
  with_body.body = model::Body{text("{}"), model::Escaping::json_string, "application/json"};
  CHECK(headers(render(compile(step(Method::get, "/")))) ==
        "User-Agent: leakcheck/1.2.3|Accept: */*|");
  CHECK(headers(render(compile(with_body))) ==
        "User-Agent: leakcheck/1.2.3|Accept: */*|Content-Type: application/json|");
  CHECK(headers(render(compile(step(Method::get, "/"), false))) ==
        "User-Agent: leakcheck/1.2.3|Accept: */*|Connection: close|");
}

TEST_CASE("RequestPlan: a header of the step takes the place of ours, in any case") {
  auto own = step(Method::post, "/");
  own.body = model::Body{text("x"), model::Escaping::none, "text/plain"};
  own.headers = {{"USER-AGENT", text("{{ user }}/1")},
                 {"accept", text("text/html")},
                 {"content-type", text("text/x")},
                 {"connection", text("keep-alive")}};
  CHECK(headers(render(compile(own, false))) ==
        "USER-AGENT: ann/1|accept: text/html|content-type: text/x|connection: keep-alive|");
}

TEST_CASE("RequestPlan: a body's values are escaped as the body asks") {
  auto with_body = step(Method::put, "/");
  const auto body_of = [&](model::Escaping escaping) {
    with_body.body = model::Body{text("<{{ user }}>"), escaping, ""};
    return *render(compile(with_body), "a \"b\"").body;
  };
  CHECK(body_of(model::Escaping::none) == "<a \"b\">");
  CHECK(body_of(model::Escaping::json_string) == "<a \\\"b\\\">");
  CHECK(body_of(model::Escaping::form) == "<a+%22b%22>");
  CHECK_FALSE(render(compile(step(Method::get, "/"))).body);
}

TEST_CASE("RequestPlan: it is literal when no part of it changes") {
  CHECK(compile(step(Method::get, "/")).is_literal());
  CHECK_FALSE(compile(step(Method::get, "/{{ $sequence }}")).is_literal());
  auto header = step(Method::get, "/");
  header.headers = {{"X", text("{{ $uuid }}")}};
  CHECK_FALSE(compile(header).is_literal());
  auto body = step(Method::post, "/");
  body.body = model::Body{text("{{ user }}"), model::Escaping::none, ""};
  CHECK_FALSE(compile(body).is_literal());
}

TEST_CASE("RequestPlan: expected are the statuses that are named, else 200 to 399") {
  const RequestPlan any = compile(step(Method::get, "/"));
  for (const int status : {200, 204, 304, 399}) CHECK(any.expects(status));
  for (const int status : {0, 101, 199, 400, 500}) CHECK_FALSE(any.expects(status));
  auto named = step(Method::get, "/");
  named.expect.status = {404, 500};
  const RequestPlan two = compile(named);
  CHECK(two.expects(404));
  CHECK(two.expects(500));
  CHECK_FALSE(two.expects(200));
}

TEST_CASE("RequestPlan: what cannot be sent is refused with the step's name") {
  auto head = step(Method::head, "/");
  head.body = model::Body{text("x"), model::Escaping::none, ""};
  const auto refused = RequestPlan::compile(head, "http://a", kSurroundings, true);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "a step: a HEAD request cannot have a body");
  CHECK(refused.error().hint == "remove the body, or send it with post, put or patch");

  auto unknown = step(Method::post, "/");
  for (const int part : {0, 1, 2}) {
    CAPTURE(part);
    auto wrong = unknown;
    if (part == 0) wrong.url = text("/{{ uzer }}");
    if (part == 1) wrong.headers = {{"X", text("{{ uzer }}")}};
    if (part == 2) wrong.body = model::Body{text("{{ uzer }}"), model::Escaping::none, ""};
    const auto plan = RequestPlan::compile(wrong, "http://a", kSurroundings, true);
    REQUIRE_FALSE(plan);
    CHECK(plan.error().message == "a step: a request uses the unknown variable \"uzer\"");
    CHECK(plan.error().hint == "did you mean \"user\"?");
  }
}
