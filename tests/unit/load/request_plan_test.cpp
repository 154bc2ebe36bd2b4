#include "harness/load/request_plan.hpp"

#include <doctest/doctest.h>

#include "tests/unit/load/cookie_sources.hpp"
#include "tests/unit/load/plans.hpp"

using namespace leakcheck;
using namespace leakcheck::load;
using namespace leakcheck::test;
using model::Method;

namespace {

const Surroundings kSurroundings{{"user"}, "8080", {"id"}, "r1"};

RequestPlan compile(const model::RequestStep& step, bool keep_alive = true,
                    std::vector<model::Header> all = {}) {
  auto plan = RequestPlan::compile(step, {"http://127.0.0.1:8080", keep_alive, std::move(all)},
                                   kSurroundings);
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

TEST_CASE("RequestPlan: the load's headers go with every request that has none of the name") {
  const std::vector<model::Header> all = {{"X-All", text("{{ user }}")},
                                          {"Accept", text("text/html")},
                                          {"content-type", text("text/load")},
                                          {"X-Twice", text("1")},
                                          {"X-Twice", text("2")}};
  CHECK(headers(render(compile(step(Method::get, "/"), true, all))) ==
        "User-Agent: leakcheck/1.2.3|X-All: ann|Accept: text/html|content-type: text/load|"
        "X-Twice: 1|X-Twice: 2|");
  auto own = step(Method::post, "/");
  own.headers = {{"x-all", text("mine")}, {"x-twice", text("mine")}};
  own.body = model::Body{text("{}"), model::Escaping::none, "application/json"};
  CHECK(headers(render(compile(own, true, all))) ==
        "User-Agent: leakcheck/1.2.3|Content-Type: application/json|Accept: text/html|x-all: mine|"
        "x-twice: mine|");
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
  const auto refused = RequestPlan::compile(head, {"http://a"}, kSurroundings);
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
    const auto plan = RequestPlan::compile(wrong, {"http://a"}, kSurroundings);
    REQUIRE_FALSE(plan);
    CHECK(plan.error().message == "a step: a request uses the unknown variable \"uzer\"");
    CHECK(plan.error().hint == "did you mean \"user\"?");
  }
}

TEST_CASE("RequestPlan: the fast path takes what goes to the target's own origin") {
  const auto fits = [](const std::string& url, const std::string& base = "http://localhost:8080") {
    const auto plan = RequestPlan::compile(step(Method::get, url), {base}, kSurroundings);
    REQUIRE(plan);
    return plan->fits_fast_path();
  };
  CHECK(fits("/a"));
  CHECK(fits("{{ user }}"));
  CHECK(fits("?a={{ user }}"));
  CHECK(fits("http://localhost:{{ $port }}/{{ user }}"));
  CHECK(fits("http://LOCALHOST:8080"));
  CHECK(fits("http://localhost:80/x", "http://localhost"));
  CHECK(fits("https://localhost/x", "https://localhost:443/api"));
  CHECK_FALSE(fits("http://localhost:8081/a"));
  CHECK_FALSE(fits("https://localhost:8080/a"));
  CHECK_FALSE(fits("http://127.0.0.1:8080/a"));
  CHECK_FALSE(fits("http://{{ user }}:8080/a"));
  CHECK_FALSE(fits("http://localhost:8080{{ user }}"));
  CHECK_FALSE(fits("http://localhost:8080/a", "http://ann:secret@localhost:8080"));
  CHECK(fits("/a", "http://ann:secret@localhost:8080"));
  CHECK_FALSE(fits("/a", "http://gr\u00fc\u00dfe.test"));
}

TEST_CASE("RequestPlan: parts are rendered with their texts, files stay files") {
  auto upload = step(Method::post, "/");
  upload.parts = {{"title", text("<{{ user }}>"), {}, "", "text/plain"},
                  {"photo", {}, "/tmp/cat.png", "cat.png", "image/png"}};
  const HttpRequest request = render(compile(upload), "a \"b\"");
  REQUIRE(request.parts.size() == 2);
  CHECK(request.parts[0].name == "title");
  CHECK(request.parts[0].text == "<a \"b\">");
  CHECK(request.parts[0].content_type == "text/plain");
  CHECK(request.parts[1].file == "/tmp/cat.png");
  CHECK(request.parts[1].file_name == "cat.png");
  CHECK_FALSE(request.body);
  CHECK_FALSE(compile(upload).is_literal());
}

TEST_CASE("RequestPlan: the fast path leaves to libcurl what only it does") {
  const auto fits = [](auto change) {
    auto changed = step(Method::post, "/");
    change(changed);
    return compile(changed).fits_fast_path();
  };
  CHECK(fits([](auto&) {}));
  CHECK_FALSE(fits([](auto& step) { step.redirects = 1; }));
  CHECK_FALSE(fits([](auto& step) { step.compressed = true; }));
  CHECK_FALSE(fits([](auto& step) { step.parts.push_back({"a", text("b"), {}, "", ""}); }));
  CHECK_FALSE(fits([](auto& step) { step.headers = {{"transfer-encoding", text("chunked")}}; }));
  CHECK_FALSE(fits([](auto& step) { step.headers = {{"host", text("{{ user }}")}}; }));
}

TEST_CASE("RequestPlan: as wire text, the same request") {
  auto changing = step(Method::put, "/{{ user }}?n={{ $sequence }}#{{ user }}");
  changing.headers = {{"X-User", text("{{ user }}")}, {"X-Same", text("1")}};
  changing.body = model::Body{text("<{{ user }}>"), model::Escaping::none, "text/plain"};
  const std::vector<std::string> row{"a b"};
  RequestValues values{7, &row, Random(1)};
  std::string out = "before ";
  const std::size_t body_at = compile(changing).render_wire(out, values, gives("sid=1"));
  CHECK(out ==
        "before PUT /a%20b?n=7 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nCookie: sid=1\r\n"
        "User-Agent: leakcheck/" LEAKCHECK_VERSION
        "\r\nAccept: */*\r\nContent-Type: text/plain\r\nX-User: a b\r\nX-Same: 1\r\n"
        "Content-Length: 5\r\n\r\n<a b>");
  CHECK(out.substr(body_at) == "<a b>");
}

TEST_CASE("RequestPlan: cookies go before the other headers, and not beside the step's own") {
  RequestValues values{1, nullptr, Random(1)};
  CHECK(headers(compile(step(Method::get, "/")).render(values, gives("a=1; b=2"))) ==
        "Cookie: a=1; b=2|User-Agent: leakcheck/1.2.3|Accept: */*|");
  auto own = step(Method::get, "/");
  own.headers = {{"cookie", text("mine=1")}};
  CHECK(headers(compile(own).render(values, gives("a=1"))) ==
        "User-Agent: leakcheck/1.2.3|Accept: */*|cookie: mine=1|");
  std::string out;
  compile(own).render_wire(out, values, gives("a=1"));
  CHECK(out.find("a=1") == std::string::npos);
}

TEST_CASE(
    "RequestPlan: a value that was not captured is missing in the URL, a header or the body") {
  std::vector<std::optional<std::string>> captured(1);
  RequestValues values{1, nullptr, Random(1)};
  values.captured = &captured;
  for (const int part : {0, 1, 2}) {
    CAPTURE(part);
    auto using_it = step(Method::post, part == 0 ? "/{{ id }}" : "/");
    if (part == 1) using_it.headers = {{"X", text("{{ id }}")}};
    if (part == 2) using_it.body = model::Body{text("{{ id }}"), model::Escaping::none, ""};
    const RequestPlan plan = compile(using_it);
    captured[0].reset();
    REQUIRE(plan.find_missing(values) != nullptr);
    CHECK(*plan.find_missing(values) == "no value for id");
    captured[0] = "";
    CHECK(plan.find_missing(values) == nullptr);
  }
  CHECK(compile(step(Method::get, "/")).find_missing(values) == nullptr);
}

TEST_CASE("RequestPlan: a URL that is none is refused, wherever it stands") {
  for (const char* url : {"/a\tb", "/{{ user }}\x01", "http://a\x7f/", "http://a:99999/",
                          "http:///a", "http://a b/"}) {
    CAPTURE(url);
    const auto plan = RequestPlan::compile(step(Method::get, url), {"http://a"}, kSurroundings);
    REQUIRE_FALSE(plan);
    CHECK(plan.error().kind == ErrorKind::load);
    CHECK(plan.error().message.starts_with("a step: "));
    CHECK_FALSE(plan.error().hint.empty());
  }
}
