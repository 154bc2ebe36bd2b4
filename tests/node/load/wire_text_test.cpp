// What the fast path writes is what libcurl would write: the same plan, rendered for both, and the
// bytes that came over the socket of a server compared.
#include <doctest/doctest.h>

#include "harness/load/full_client.hpp"
#include "harness/load/request_plan.hpp"
#include "tests/node/load/engine_run.hpp"
#include "tests/node/load/socket_server.hpp"
#include "tests/unit/load/cookie_sources.hpp"

using namespace leakcheck;
using namespace leakcheck::test;
using model::Method;

namespace {

const std::vector<std::string> kRow{"a b/\"ü\r\n?#%"};

/// A server that keeps what it was sent, byte for byte.
struct Mirror {
  std::mutex mutex;
  std::vector<std::string> bytes;
  SocketServer server{[this](Peer& peer, const Request& request) {
    const std::string body = peer.read_body(request);
    {
      const std::lock_guard lock(mutex);
      bytes.push_back(request.head + "\r\n\r\n" + body);
    }
    peer.answer(200);
  }};

  std::string base(const std::string& before_host = "", const std::string& path = "") const {
    return "http://" + before_host + "127.0.0.1:" + std::to_string(server.port()) + path;
  }
};

struct Both {
  std::string full;
  std::string fast;
};

load::RequestValues values() {
  load::RequestValues out{7, &kRow, load::Random(1, 2)};
  out.iteration = 41;
  return out;
}

/// What both paths send for the step.
Both render_both(Mirror& mirror, const model::RequestStep& step,
                 const load::RequestSetting& setting, const std::string& cookies = "") {
  const load::Surroundings surroundings{
      {"value"}, std::to_string(mirror.server.port()), {}, "run12345"};
  const auto plan = load::RequestPlan::compile(step, setting, surroundings);
  REQUIRE_MESSAGE(plan, (plan ? "" : plan.error().message));
  REQUIRE(plan->fits_fast_path());
  Both out;
  auto for_fast = values();
  const std::size_t body_at = plan->render_wire(out.fast, for_fast, gives(cookies));

  auto for_full = values();
  const load::HttpRequest request = plan->render(for_full, gives(cookies));
  CHECK(out.fast.substr(body_at) == request.body.value_or(""));
  auto prepared = load::PreparedRequest::create(request);
  REQUIRE_MESSAGE(prepared, (prepared ? "" : prepared.error().message));
  EventLoop loop;
  bool ended = false;
  load::Origin origin;
  origin.url = setting.base_url;
  load::FullOptions options;
  options.connect_timeout = 10s;
  load::FullClient client(loop, origin, 1, options,
                          [&](std::size_t, const load::Exchange& exchange) {
                            CHECK(exchange.status == 200);
                            ended = true;
                          });
  load::Handling handling;
  handling.timeout = 10s;
  client.start(0, *prepared, handling);
  client.flush();
  REQUIRE(loop.run_until([&] { return ended; }, loop.now() + 20s));
  const std::lock_guard lock(mirror.mutex);
  REQUIRE_FALSE(mirror.bytes.empty());
  out.full = mirror.bytes.back();
  return out;
}

void check_same(Mirror& mirror, const model::RequestStep& step, const load::RequestSetting& setting,
                const std::string& cookies = "") {
  const Both both = render_both(mirror, step, setting, cookies);
  CHECK(both.full == both.fast);
}

model::RequestStep with_body(Method method, const std::string& body,
                             model::Escaping escaping = model::Escaping::none) {
  model::RequestStep out = request(method, "/body");
  out.body = model::Body{text(body), escaping, "text/plain"};
  return out;
}

}  // namespace

TEST_CASE("wire text: all methods, with and without a body, are as libcurl writes them") {
  Mirror mirror;
  const load::RequestSetting setting{mirror.base()};
  for (const Method method :
       {Method::get, Method::post, Method::put, Method::patch, Method::del, Method::head}) {
    CAPTURE(model::to_string(method));
    check_same(mirror, request(method, "/path?a=b"), setting);
    check_same(mirror, request(method, "/{{ value }}"), setting);
    if (method == Method::head) continue;
    check_same(mirror, with_body(method, "hello"), setting);
    check_same(mirror, with_body(method, ""), setting);
    check_same(mirror, with_body(method, "{\"a\":\"{{ value }}\"}", model::Escaping::json_string),
               setting);
    check_same(mirror, with_body(method, "a={{ value }}", model::Escaping::form), setting);
  }
  check_same(mirror, with_body(Method::post, std::string(300'000, 'x')), setting);
  check_same(mirror, with_body(Method::post, "{{ value }}" + std::string(300'000, 'x')), setting);
}

TEST_CASE("wire text: URLs are encoded as libcurl encodes them") {
  Mirror mirror;
  for (const char* url : {"/",
                          "",
                          "no-slash",
                          "?only=query",
                          "//x",
                          "/a/../b/./c",
                          "/a b?c d?e f",
                          "/grüße?q=ü",
                          "/[x]|{y}\"'<>^`\\",
                          "/a%20b%2Fc%zz",
                          "/a#fragment",
                          "/a?b#c d",
                          "/a?b?c=d&e",
                          "/{{ value }}?q={{ value }} x&{{ $sequence }}",
                          "?{{ value }} y",
                          "/{{ $randomNumber(1, 1000000) }}/{{ $uuid }}#{{ $uuid }}",
                          "/{{ $run }}",
                          "/~a;b=c,d@e:f!$()*+",
                          "/\xff\xfe",
                          "{{ value }}"}) {
    CAPTURE(url);
    for (const char* path : {"", "/", "/api", "/api/"}) {
      CAPTURE(path);
      auto step = get(url);
      step.headers = {{"X-Random", text("{{ $uuid }}")}};
      check_same(mirror, step, {mirror.base("", path)});
    }
  }
}

TEST_CASE("wire text: an absolute URL of the target's own origin") {
  Mirror mirror;
  for (const char* url : {"http://127.0.0.1:{{ $port }}", "http://127.0.0.1:{{ $port }}/a?b",
                          "http://127.0.0.1:{{ $port }}?b={{ value }}",
                          "HTTP://127.0.0.1:{{ $port }}/#x", "http://127.1:{{ $port }}/"}) {
    CAPTURE(url);
    check_same(mirror, get(url), {mirror.base()});
  }
}

TEST_CASE("wire text: the host, and whose name and password the target's url holds") {
  Mirror mirror;
  const std::string port = std::to_string(mirror.server.port());
  for (const std::string& base :
       {"http://localhost:" + port, "http://LocalHost:" + port, "http://127.1:" + port,
        mirror.base("ann:secret@"), mirror.base("ann@"), mirror.base("ann:@"), mirror.base(":pw@"),
        mirror.base("@"), mirror.base(":@"), mirror.base("a%20b%3A:p%40w@"),
        mirror.base("%C3%BC:1234@"), mirror.base("user:p:q@")}) {
    CAPTURE(base);
    check_same(mirror, get("/"), {base});
    auto own = get("/");
    own.headers = {{"authorization", text("Bearer {{ value }}")}, {"X-A", text("b")}};
    check_same(mirror, own, {base});
  }
}

TEST_CASE("wire text: headers of every kind, in libcurl's order") {
  Mirror mirror;
  const std::vector<std::vector<model::Header>> cases = {
      {{"user-agent", text("mine")}, {"Accept", text("text/html")}},
      {{"X-Empty", text("")}, {"X-Blank", text(" \t ")}, {"X-Padded", text("  a  ")}},
      {{"X-Value", text("<{{ value }}>")}, {"X-Same", text("1")}, {"X-Value", text("2")}},
      {{"Host", text("example.test")}, {"X-A", text("1")}},
      {{"host", text("  padded.test ")}},
      {{"HOST", text("")}, {"X-A", text("1")}},
      {{"Host", text("a.test")}, {"Host", text("b.test")}},
      {{"Content-Length", text("0")}},
      {{"Cookie", text("mine=1")}, {"X-A", text("{{ value }}")}},
      {{"Connection", text("keep-alive")}, {"Range", text("bytes=0-1")}, {"TE", text("trailers")}},
      {{"Referer", text("http://x/")}, {"Accept-Encoding", text("gzip")}},
      {{"Upgrade", text("h2c")}, {"If-None-Match", text("\"{{ $sequence }}\"")}},
      {{"X-Text", text("Grüße; a: b")}, {"X-Blank-Value", text("{{ $randomString(0) }}")}},
      {{"Content-Type", text("application/{{ $iteration }}")}, {"Proxy-Connection", text("x")}},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(i);
    for (const bool has_body : {false, true}) {
      CAPTURE(has_body);
      auto step = has_body ? with_body(Method::post, "") : get("/");
      step.headers = cases[i];
      check_same(mirror, step, {mirror.base()});
      check_same(mirror, step, {mirror.base()}, "sid=1; theme=dark");
      load::RequestSetting all{mirror.base(), false};
      all.headers = {{"X-All", text("{{ $uuid }}")}, {"Accept", text("*")}};
      check_same(mirror, step, all);
    }
  }
}
