#include "harness/run/routes.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace leakcheck;
using model::Step;
using run::Route;

namespace {

Template text(const std::string& source) {
  return *parse_template(source);
}

model::RequestStep request(model::Method method, const std::string& url,
                           const std::string& captures = "") {
  model::RequestStep step;
  step.method = method;
  step.url = text(url);
  step.name = std::string(model::to_string(method)) + " " + url;
  if (!captures.empty()) {
    model::Capture capture;
    capture.as = captures;
    step.captures.push_back(capture);
  }
  return step;
}

model::RequestStep get(const std::string& url, const std::string& captures = "") {
  return request(model::Method::get, url, captures);
}

model::RequestStep post(const std::string& url, const std::string& captures = "") {
  return request(model::Method::post, url, captures);
}

model::IfStep when(const std::string& value, std::vector<Step> then,
                   std::vector<Step> otherwise = {}) {
  model::IfStep step;
  step.value = text(value);
  step.matcher.value = text("1");
  step.then = std::move(then);
  step.otherwise = std::move(otherwise);
  return step;
}

model::LoadSpec load_of(std::vector<Step> steps) {
  model::LoadSpec spec;
  spec.flows.push_back({"main", 3, std::move(steps)});
  return spec;
}

std::vector<Route> routes_of(const model::LoadSpec& spec, std::vector<std::string> cookies = {}) {
  return run::list_routes(spec, {std::move(cookies), 100});
}

const Route& find(const std::vector<Route>& routes, const std::string& name) {
  const auto found = std::find_if(routes.begin(), routes.end(),
                                  [&](const Route& route) { return route.name == name; });
  REQUIRE_MESSAGE(found != routes.end(), name);
  return *found;
}

/// The steps as they are in the derived flow: "POST /a, 1x(GET /b), if(GET /c|)".
std::string shape_of(const std::vector<Step>& steps) {
  std::string out;
  for (const Step& step : steps) {
    if (!out.empty()) out += ", ";
    if (const auto* each = std::get_if<model::RequestStep>(&step)) out += each->name;
    if (const auto* each = std::get_if<model::WebSocketStep>(&step)) out += each->name;
    if (const auto* each = std::get_if<model::SseStep>(&step)) out += each->name;
    if (std::holds_alternative<model::ThinkStep>(step)) out += "think";
    if (const auto* each = std::get_if<model::LoopStep>(&step))
      out += std::to_string(each->count) + "x(" + shape_of(each->steps) + ")";
    if (const auto* each = std::get_if<model::IfStep>(&step))
      out += "if(" + shape_of(each->then) + "|" + shape_of(each->otherwise) + ")";
  }
  return out;
}

std::string shape_of(const Route& route, std::size_t way = 0) {
  REQUIRE(route.ways.size() > way);
  REQUIRE(route.ways[way].load.flows.size() == 1);
  return shape_of(route.ways[way].load.flows.front().steps);
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("routes: each step is one, alone, in the closed model with the same users") {
  auto spec = load_of({get("/a"), model::ThinkStep{}, get("/b")});
  spec.flows.push_back({"other", 5, {get("/c")}});
  spec.vus = 7;
  spec.arrival_rate = 100;
  spec.ramp_to = 200;
  spec.phases.push_back({});
  spec.setup.steps.push_back(post("/login"));
  spec.teardown.push_back(post("/logout"));
  const auto routes = routes_of(spec);
  REQUIRE(routes.size() == 3);
  for (const Route& route : routes) {
    const model::LoadSpec& load = route.ways.front().load;
    CHECK(shape_of(route) == route.name);
    CHECK(route.ways.front().with.empty());
    CHECK(load.flows.front().weight == 1);
    CHECK(load.vus == 7);
    CHECK(load.cycles.requests == 100);
    CHECK_FALSE(load.arrival_rate.has_value());
    CHECK_FALSE(load.ramp_to.has_value());
    CHECK(load.phases.empty());
    CHECK(load.teardown.empty());
    CHECK(load.setup.steps.size() == 1);
  }
}

TEST_CASE("routes: steps whose captures are used are kept, and those that they need") {
  const auto routes =
      routes_of(load_of({get("/other"), post("/login", "token"), post("/orders?{{ token }}", "id"),
                         get("/news"), get("/orders/{{ id }}")}));
  const Route& order = find(routes, "GET /orders/{{ id }}");
  CHECK(shape_of(order) == "POST /login, POST /orders?{{ token }}, GET /orders/{{ id }}");
  CHECK(order.ways.front().with == Names{"POST /login", "POST /orders?{{ token }}"});
  CHECK(order.ways.front().load.cycles.requests == 300);
  CHECK(shape_of(find(routes, "GET /news")) == "GET /news");
}

TEST_CASE("routes: captures count wherever they are used") {
  const auto needs_login = [](const model::RequestStep& step) {
    const auto routes = routes_of(load_of({post("/login", "token"), step}));
    return find(routes, step.name).ways.front().with == Names{"POST /login"};
  };
  CHECK_FALSE(needs_login(get("/a")));
  auto step = get("/a");
  step.headers.push_back({"Authorization", text("Bearer {{ token }}")});
  CHECK(needs_login(step));
  step = post("/a");
  step.body = model::Body{text("{\"t\": \"{{ token }}\"}"), model::Escaping::json_string, ""};
  CHECK(needs_login(step));
  step = post("/a");
  step.parts.push_back({"field", text("{{ token }}"), {}, "", ""});
  CHECK(needs_login(step));
  step = get("/a");
  step.expect.json.push_back({{}, {model::Matcher::Kind::equals, text("{{ token }}"), "", true}});
  CHECK(needs_login(step));
}

TEST_CASE("routes: the load's headers use captures in every step that has none of the name") {
  auto own = get("/own");
  own.headers.push_back({"authorization", text("none")});
  auto spec = load_of({post("/login", "token"), get("/a"), own});
  spec.headers.push_back({"Authorization", text("Bearer {{ token }}")});
  const auto routes = routes_of(spec);
  CHECK(shape_of(find(routes, "GET /a")) == "POST /login, GET /a");
  CHECK(shape_of(find(routes, "GET /own")) == "GET /own");
  CHECK(shape_of(find(routes, "POST /login")) == "POST /login");
}

TEST_CASE("routes: the latest capture counts, and those in branches that may come after it") {
  const auto routes =
      routes_of(load_of({get("/1", "id"), get("/2", "id"), when("{{ $user }}", {get("/3", "id")}),
                         get("/{{ id }}")}));
  CHECK(shape_of(find(routes, "GET /{{ id }}")) == "GET /2, if(GET /3|), GET /{{ id }}");
}

TEST_CASE("routes: steps that set a cookie are kept, and after them those that are no GET") {
  auto spec =
      load_of({post("/before"), get("/session"), get("/between"), post("/login"), get("/account")});
  CHECK(shape_of(find(routes_of(spec, {"GET /session"}), "GET /account")) ==
        "GET /session, POST /login, GET /account");
  CHECK(shape_of(find(routes_of(spec), "GET /account")) == "GET /account");
  spec.cookies = model::LoadSpec::Cookies::off;
  CHECK(shape_of(find(routes_of(spec, {"GET /session"}), "GET /account")) == "GET /account");
  spec.cookies = model::LoadSpec::Cookies::user;
  spec.setup.steps.push_back(post("/start"));
  CHECK(shape_of(find(routes_of(spec, {"POST /start"}), "GET /account")) ==
        "POST /before, POST /login, GET /account");
}

TEST_CASE("routes: the second way has all that comes before it, when that is more") {
  const auto routes =
      routes_of(load_of({get("/a"), post("/b", "id"), get("/{{ id }}"), get("/c")}));
  CHECK(find(routes, "GET /a").ways.size() == 1);
  CHECK(shape_of(find(routes, "GET /{{ id }}"), 1) == "GET /a, POST /b, GET /{{ id }}");
  const Route& last = find(routes, "GET /c");
  REQUIRE(last.ways.size() == 2);
  CHECK(shape_of(last, 1) == "GET /a, POST /b, GET /{{ id }}, GET /c");
  CHECK(last.ways[1].with == Names{"GET /a", "POST /b", "GET /{{ id }}"});
  CHECK(last.ways[1].load.cycles.requests == 400);
}

TEST_CASE("routes: loops run once") {
  const auto routes = routes_of(load_of(
      {model::LoopStep{5, {post("/item?{{ $loopCount }}", "id"), model::ThinkStep{}, get("/x")}},
       get("/{{ id }}")}));
  CHECK(shape_of(find(routes, "GET /x")) == "1x(GET /x)");
  CHECK(shape_of(find(routes, "GET /{{ id }}")) ==
        "1x(POST /item?{{ $loopCount }}), GET /{{ id }}");
}

TEST_CASE("routes: an if that hangs on chance holds in any case, one on what was given stays") {
  const auto routes = routes_of(
      load_of({get("/a", "state"), when("{{ $randomNumber(1, 9) }}", {get("/b")}, {get("/c")}),
               when("{{ state }}", {get("/d")}, {get("/e")}), when("{{ field }}", {get("/f")})}));
  CHECK(shape_of(find(routes, "GET /b")) == "GET /b");
  CHECK(shape_of(find(routes, "GET /c")) == "GET /c");
  CHECK(shape_of(find(routes, "GET /d")) == "GET /a, if(GET /d|)");
  CHECK(shape_of(find(routes, "GET /e")) == "GET /a, if(|GET /e)");
  CHECK(shape_of(find(routes, "GET /f")) == "if(GET /f|)");
  // What the other side of a branch does cannot come before it.
  CHECK(shape_of(find(routes, "GET /e"), 1) == "GET /a, if(GET /b|GET /c), if(|GET /e)");
}

TEST_CASE("routes: of the same name in several flows, the place that takes the least counts") {
  auto spec = load_of({post("/login", "token"), get("/b?{{ token }}"), get("/a")});
  spec.headers.push_back({"X-Token", text("{{ token }}")});
  auto plain = get("/a");
  plain.headers.push_back({"x-token", text("none")});
  spec.flows.push_back({"second", 1, {plain}});
  const auto routes = routes_of(spec);
  REQUIRE(routes.size() == 3);
  const Route& a = find(routes, "GET /a");
  CHECK(shape_of(a) == "GET /a");
  CHECK(a.ways.front().load.flows.front().name == "second");
}

TEST_CASE("routes: those that take the least come first, connections that are held last") {
  model::WebSocketStep socket;
  socket.name = "WS /chat";
  socket.url = text("/chat");
  socket.hold = std::chrono::milliseconds(500);
  model::SseStep events;
  events.name = "SSE /events";
  events.url = text("/events");
  const auto routes = routes_of(
      load_of({socket, post("/login", "token"), get("/a?{{ token }}"), events, get("/b")}));
  Names names;
  for (const Route& route : routes) names.push_back(route.name);
  CHECK(names == Names{"POST /login", "SSE /events", "GET /b", "GET /a?{{ token }}", "WS /chat"});
  CHECK(shape_of(find(routes, "WS /chat")) == "WS /chat");
}

TEST_CASE("routes: what a message over a WebSocket needs is kept") {
  model::WebSocketStep socket;
  socket.name = "WS /chat";
  socket.url = text("/chat");
  socket.send.push_back(text("{{ token }}"));
  const auto routes = routes_of(load_of({post("/login", "token"), socket}));
  CHECK(shape_of(find(routes, "WS /chat")) == "POST /login, WS /chat");
}
