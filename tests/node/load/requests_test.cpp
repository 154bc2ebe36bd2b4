// What the service gets to see of a request, byte for byte.
#include <stdlib.h>

#include <cctype>

#include "tests/node/load/engine_run.hpp"
#include "tests/node/load/socket_server.hpp"

using namespace leakcheck;
using namespace leakcheck::test;

namespace {

/// Answers, and keeps what bodies came.
struct Echo {
  std::mutex mutex;
  std::vector<std::string> bodies;
  SocketServer server{[this](Peer& peer, const Request& request) {
    const std::string body = peer.read_body(request);
    {
      const std::lock_guard lock(mutex);
      bodies.push_back(body);
    }
    peer.answer(200);
  }};

  /// Sends the steps once, one after the other.
  std::vector<Request> send(std::vector<model::Step> steps,
                            const std::optional<model::Payload>& payload = std::nullopt) {
    const auto requests = static_cast<int>(steps.size());
    EngineRun run(load_of(std::move(steps), requests, 1), server.url(), payload);
    const auto outcome = run.cycle();
    CHECK(outcome.answered == requests);
    CHECK(outcome.failed == 0);
    return server.seen();
  }
};

/// With 1.2.3 for leakcheck's version.
std::string without_version(std::string head) {
  const auto begin = head.find("leakcheck/") + 10;
  auto end = begin;
  while (std::isdigit(static_cast<unsigned char>(head[end])) || head[end] == '.') ++end;
  return head.replace(begin, end - begin, "1.2.3");
}

model::Payload one_row(const std::string& value) {
  return {{"value"}, {{value}}, model::Payload::Order::sequence};
}

}  // namespace

TEST_CASE("requests: a GET has four headers and no more") {
  Echo echo;
  const auto seen = echo.send({get("/path?a=b")});
  CHECK(without_version(seen.at(0).head) ==
        "GET /path?a=b HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(echo.server.port()) +
            "\r\nUser-Agent: leakcheck/1.2.3\r\nAccept: */*");
}

TEST_CASE("requests: a body comes with its type and length, and never with Expect") {
  Echo echo;
  const std::string large(3 << 20, 'x');
  const auto seen = echo.send({post("/small", "hello"), post("/large", large)});
  CHECK(without_version(seen.at(0).head) ==
        "POST /small HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(echo.server.port()) +
            "\r\nUser-Agent: leakcheck/1.2.3\r\nAccept: */*\r\nContent-Type: text/plain"
            "\r\nContent-Length: 5");
  CHECK(seen.at(1).header("Content-Length") == std::to_string(large.size()));
  CHECK(seen.at(1).header("Expect").empty());
  CHECK(echo.bodies == std::vector<std::string>{"hello", large});
}

TEST_CASE("requests: one connection carries all methods, and none leaves its traces in the next") {
  Echo echo;
  const auto with_body = [](model::Method method, const std::string& body) {
    auto step = request(method, "/");
    step.body = model::Body{text(body), model::Escaping::none, "text/plain"};
    return step;
  };
  const auto seen = echo.send({
      with_body(model::Method::post, "a"),
      request(model::Method::get, "/"),
      request(model::Method::head, "/"),
      request(model::Method::post, "/"),
      with_body(model::Method::put, "bb"),
      request(model::Method::del, "/"),
      with_body(model::Method::patch, "ccc"),
      request(model::Method::head, "/"),
      with_body(model::Method::del, "dddd"),
      request(model::Method::put, "/"),
      with_body(model::Method::get, "eeeee"),
      request(model::Method::get, "/"),
  });
  std::string methods;
  std::string lengths;
  for (const Request& request : seen) {
    methods += request.method + " ";
    const std::string length = request.header("Content-Length");
    lengths += (length.empty() ? "-" : length) + " ";
  }
  CHECK(methods == "POST GET HEAD POST PUT DELETE PATCH HEAD DELETE PUT GET GET ");
  CHECK(lengths == "1 - - 0 2 - 3 - 4 0 5 - ");
  std::string bodies;
  for (const std::string& body : echo.bodies) bodies += body + "|";
  CHECK(bodies == "a||||bb||ccc||dddd||eeeee||");
  CHECK(echo.server.connections() == 1);
}

TEST_CASE("requests: headers of the step replace ours, empty ones are sent") {
  Echo echo;
  auto step = post("/", "{}");
  step.body->content_type = "";
  step.headers = {{"user-agent", text("mine")},   {"Content-Type", text("application/json")},
                  {"Host", text("example.test")}, {"X-Empty", text("")},
                  {"X-Blank", text("  ")},        {"X-Text", text("Grüße; a: b")}};
  const auto seen = echo.send({step});
  CHECK(seen.at(0).head ==
        "POST / HTTP/1.1\r\nHost: example.test\r\nAccept: */*\r\nuser-agent: mine"
        "\r\nContent-Type: application/json\r\nX-Empty:\r\nX-Blank:\r\nX-Text: Grüße; a: b"
        "\r\nContent-Length: 2");
}

TEST_CASE("requests: a value cannot leave its place") {
  const std::string nasty = "a\r\nX-Evil: 1\r\n\r\nGET /evil HTTP/1.1 ?&=#/%+\"\\\x01\tü";
  const auto with_value = [](const std::string& url) { return get(url); };
  auto in_header = get("/header");
  in_header.headers = {{"X-Value", text("<{{ value }}>")}};
  auto in_json = post("/json", R"({"a":"{{ value }}"})");
  in_json.body->escaping = model::Escaping::json_string;
  auto in_form = post("/form", "a={{ value }}&b=1");
  in_form.body->escaping = model::Escaping::form;

  Echo echo;
  const auto seen = echo.send(
      {with_value("/{{ value }}?q={{ value }}"), in_header, in_json, in_form}, one_row(nasty));
  CHECK(seen.size() == 4);
  const std::string encoded =
      "a%0D%0AX-Evil%3A%201%0D%0A%0D%0AGET%20%2Fevil%20HTTP%2F1.1%20%3F%26%3D%23%2F%25%2B%22%5C%01"
      "%09%C3%BC";
  CHECK(seen.at(0).path == "/" + encoded + "?q=" + encoded);
  CHECK(seen.at(1).header("X-Evil").empty());
  CHECK(seen.at(1).header("X-Value") == "<aX-Evil: 1GET /evil HTTP/1.1 ?&=#/%+\"\\\tü>");
  CHECK(echo.bodies.at(2) ==
        R"({"a":"a\r\nX-Evil: 1\r\n\r\nGET /evil HTTP/1.1 ?&=#/%+\"\\\u0001\tü"})");
  CHECK(echo.bodies.at(3) ==
        "a=a%0D%0AX-Evil%3A+1%0D%0A%0D%0AGET+%2Fevil+HTTP%2F1.1+%3F%26%3D%23%2F%25%2B%22%5C%01%09"
        "%C3%BC&b=1");
}

TEST_CASE("requests: a URL is sent as it is written, but for what no URL can hold") {
  Echo echo;
  const auto seen =
      echo.send({get("/a/../b/./c"), get("/grüße?q=ü"), get("/a b"), get("/a%20b%2Fc"), get("//x"),
                 get("?only=query"), get("no-slash"), get("/a#fragment"), get("/[x]|{y}")});
  std::vector<std::string> paths;
  for (const Request& request : seen) paths.push_back(request.path);
  CHECK(paths[0] == "/a/../b/./c");
  CHECK((paths[1] == "/gr%C3%BC%C3%9Fe?q=%C3%BC" || paths[1] == "/gr%c3%bc%c3%9fe?q=%c3%bc"));
  CHECK(paths[2] == "/a%20b");
  CHECK(paths[3] == "/a%20b%2Fc");
  CHECK(paths[4] == "//x");
  CHECK(paths[5] == "/?only=query");
  CHECK(paths[6] == "/no-slash");
  CHECK(paths[7] == "/a");
  CHECK(paths[8] == "/[x]|{y}");
}

TEST_CASE("requests: another host is called when the step names one") {
  Echo echo;
  SocketServer other;
  const auto step = get(other.url() + "/other");
  EngineRun run(load_of({step, get("/own")}, 20, 2), echo.server.url());
  CHECK(run.cycle().answered == 20);
  CHECK(list(other.seen_by_path()) == "/other 10");
  CHECK(list(echo.server.seen_by_path()) == "/own 10");
}

TEST_CASE("requests: proxies of the environment are not asked") {
  for (const char* name : {"http_proxy", "ALL_PROXY", "all_proxy"})
    ::setenv(name, "http://127.0.0.1:9", 1);
  Echo echo;
  const auto seen = echo.send({get("/")});
  CHECK(seen.at(0).path == "/");
  for (const char* name : {"http_proxy", "ALL_PROXY", "all_proxy"}) ::unsetenv(name);
}

TEST_CASE("requests: what cannot be a request is refused before anything is sent") {
  EventLoop loop;
  const auto error_of = [&](const model::LoadSpec& spec, const std::string& url) {
    const auto created = load::LoadEngine::create(spec, std::nullopt, {url, {}, {}}, loop);
    REQUIRE_FALSE(created);
    CHECK(created.error().kind == ErrorKind::load);
    CHECK_FALSE(created.error().hint.empty());
    return created.error().message;
  };
  const std::string url = "http://127.0.0.1:1";
  CHECK(error_of(load_of({get("/")}, 1, 0), url) == "0 virtual users cannot send anything");
  CHECK(error_of(load_of({get("/")}, 1, 1), "ftp://127.0.0.1") ==
        "the target's url \"ftp://127.0.0.1\" is not an HTTP one");
  CHECK(error_of(load_of({model::ThinkStep{1ms}}, 1, 1), url) == "the flow \"flow\" sends nothing");
  CHECK(error_of(model::LoadSpec{}, url) == "the load has no flow");
  CHECK(error_of(load_of({get("/{{ userid }}")}, 1, 1), url) ==
        "flow \"flow\": GET /{{ userid }}: a request uses the unknown variable \"userid\"");
  auto spec = load_of({get("/")}, 1, 1);
  for (const double rate : {0.0, -1.0, 1e9, std::numeric_limits<double>::quiet_NaN()}) {
    spec.arrival_rate = rate;
    CHECK(error_of(spec, url).starts_with("an arrivalRate of "));
  }
}

TEST_CASE("requests: a URL that turns out to be none fails by itself, and the others go out") {
  Echo echo;
  const model::Payload payload{
      {"host"}, {{"127.0.0.1"}, {"not a host"}}, model::Payload::Order::sequence};
  const auto step = get("http://{{ host }}:" + std::to_string(echo.server.port()) + "/");
  EngineRun run(load_of({step}, 10, 2), echo.server.url(), payload);
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 5);
  CHECK(outcome.failed == 5);
  CHECK(echo.server.requests() == 5);
  CHECK(list(run.engine->summary().errors) == "malformed url 5");
}
