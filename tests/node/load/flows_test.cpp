// Steps that depend on answers, on each other, and on chance.
#include <algorithm>

#include "tests/node/load/engine_run.hpp"
#include "tests/node/load/socket_server.hpp"

using namespace leakcheck;
using namespace leakcheck::test;
using Paths = std::map<std::string, int>;

namespace {

model::Capture capture_json(const std::string& name, const std::string& as) {
  model::Capture capture;
  capture.path = {{name}, "$." + name};
  capture.as = as;
  return capture;
}

model::Matcher equals(const std::string& value) {
  model::Matcher matcher;
  matcher.value = text(value);
  return matcher;
}

model::Matcher exists() {
  model::Matcher matcher;
  matcher.kind = model::Matcher::Kind::exists;
  return matcher;
}

/// Answers each request with a new id.
struct IdServer {
  std::atomic<int> next{1};
  SocketServer server{[this](Peer& peer, const Request& request) {
    peer.read_body(request);
    if (request.path == "/broken") return peer.answer(200, "{}");
    const std::string id = std::to_string(next++);
    peer.answer(200, "{\"id\": " + id + ", \"kind\": \"" +
                         (request.path == "/odd" ? "odd" : "even") + "\"}");
  }};
};

std::string cookie_of(const Request& request) {
  return request.header("Cookie");
}

}  // namespace

TEST_CASE("flows: what an answer holds is in the requests that follow, each user's own") {
  IdServer ids;
  auto create = post("/orders", "{}");
  create.captures = {capture_json("id", "id")};
  EngineRun run(load_of({create, get("/orders/{{ id }}")}, 200, 8), ids.server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 200);
  CHECK(outcome.failed == 0);
  Paths created;
  for (const auto& [path, count] : ids.server.seen_by_path())
    if (path != "/orders") created[path] = count;
  CHECK(created.size() == 100);  // each asked for once, so no user took another's
}

TEST_CASE(
    "flows: a request whose value was not captured is not sent, has failed, and ends nothing") {
  IdServer ids;
  auto create = get("/broken");
  create.captures = {capture_json("id", "id")};
  EngineRun run(load_of({create, get("/orders/{{ id }}"), get("/last")}, 30, 2), ids.server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 20);
  CHECK(outcome.failed == 20);
  CHECK(ids.server.seen_by_path() == Paths{{"/broken", 10}, {"/last", 10}});
  CHECK(list(run.engine->summary().errors) == "no capture id 10, no value for id 10");
}

TEST_CASE("flows: checks count by name, and a request that fails one has failed") {
  IdServer ids;
  auto step = get("/even");
  step.expect.json = {{{{"kind"}, "$.kind"}, equals("even")}, {{{"id"}, "$.id"}, equals("3")}};
  EngineRun run(load_of({step}, 10, 1), ids.server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.answered == 10);
  CHECK(outcome.failed == 9);
  std::map<std::string, std::string> checks;
  for (const auto& check : run.engine->summary().checks)
    checks[check.name] = std::to_string(check.passed) + "/" + std::to_string(check.failed);
  CHECK(checks.at("GET /even: json $.kind") == "10/0");
  CHECK(checks.at("GET /even: json $.id") == "1/9");
}

TEST_CASE("flows: a loop runs its steps so many times, also within another") {
  SocketServer server;
  model::LoopStep inner{3, {get("/inner/{{ $loopCount }}")}};
  model::LoopStep outer{2, {get("/outer/{{ $loopCount }}"), inner}};
  EngineRun run(load_of({get("/before"), outer, get("/after")}, 10, 1), server.url());
  CHECK(run.engine->requests_per_cycle() == 10);
  CHECK(run.cycle().sent == 10);
  CHECK(server.seen_by_path() == Paths{{"/before", 1},
                                       {"/outer/1", 1},
                                       {"/outer/2", 1},
                                       {"/inner/1", 2},
                                       {"/inner/2", 2},
                                       {"/inner/3", 2},
                                       {"/after", 1}});
}

TEST_CASE("flows: a branch takes the one way or the other, by a field or by what was captured") {
  IdServer ids;
  auto ask = get("/{{ kind }}");
  ask.captures = {capture_json("kind", "answered")};
  model::IfStep branch;
  branch.value = text("{{ answered }}");
  branch.matcher = equals("odd");
  branch.then = {get("/then")};
  branch.otherwise = {get("/else"), get("/else")};
  const model::Payload payload{{"kind"}, {{"odd"}, {"even"}, {"odd"}}};
  EngineRun run(load_of({ask, branch, get("/end")}, 12, 1), ids.server.url(), payload);
  CHECK(run.engine->requests_per_cycle() == 12);  // at most: three iterations of four
  CHECK(run.cycle().sent == 10);
  CHECK(ids.server.seen_by_path() ==
        Paths{{"/odd", 2}, {"/even", 1}, {"/then", 2}, {"/else", 2}, {"/end", 3}});
}

TEST_CASE("flows: what was never captured does not exist, and an empty branch goes on") {
  IdServer ids;
  auto broken = get("/broken");
  broken.captures = {capture_json("id", "id")};
  model::IfStep branch;
  branch.value = text("{{ id }}");
  branch.matcher = exists();
  branch.then = {get("/never")};
  EngineRun run(load_of({broken, branch}, 20, 2), ids.server.url());
  run.cycle();
  CHECK(ids.server.seen_by_path() == Paths{{"/broken", 10}});
}

TEST_CASE("flows: an iteration that sends nothing does not keep the loop to itself") {
  SocketServer server;
  model::IfStep never;
  never.value = text("{{ kind }}");
  never.matcher = equals("other");
  never.then = {get("/never")};
  const model::Payload payload{{"kind"}, {{"this"}}};
  EngineRun run(load_of({never}, 10, 2), server.url(), payload);
  CHECK(run.cycle().sent == 0);
  CHECK(run.run_for(50ms).sent == 0);  // would never end
}

TEST_CASE("set-up: one user runs it, all users have what it captured, and it is no load") {
  IdServer ids;
  auto spec = load_of({get("/orders/{{ token }}")}, 40, 4);
  auto login = post("/login", "");
  login.captures = {capture_json("id", "token")};
  spec.setup = {false, {login}};
  spec.teardown = {get("/logout/{{ token }}")};
  EngineRun run(spec, ids.server.url());
  CHECK(run.set_up().empty());
  CHECK(run.cycle().sent == 40);
  CHECK(run.tear_down().empty());
  CHECK(ids.server.seen_by_path() == Paths{{"/login", 1}, {"/orders/1", 40}, {"/logout/1", 1}});
  const auto summary = run.engine->summary();
  CHECK(summary.answered == 40);
  CHECK(summary.steps.size() == 1);
  CHECK(summary.sent == 40);
  CHECK(summary.connections <= 4);
  CHECK(run.engine->sent() == 42);  // but they were sent
}

TEST_CASE("set-up: per user, each runs it once and has its own") {
  IdServer ids;
  auto spec = load_of({get("/orders/{{ token }}")}, 40, 4);
  auto login = post("/login", "");
  login.captures = {capture_json("id", "token")};
  spec.setup = {true, {login}};
  spec.teardown = {get("/logout/{{ token }}")};
  EngineRun run(spec, ids.server.url());
  CHECK(run.set_up().empty());
  run.cycle();
  CHECK(run.tear_down().empty());
  auto seen = ids.server.seen_by_path();
  CHECK(seen["/login"] == 4);
  int of_all = 0;
  for (int id = 1; id <= 4; ++id) {
    CHECK(seen["/logout/" + std::to_string(id)] == 1);
    of_all += seen["/orders/" + std::to_string(id)];
  }
  CHECK(of_all == 40);
}

TEST_CASE("set-up: a header for all requests waits for the value that the set-up captures") {
  IdServer ids;
  auto spec = load_of({get("/")}, 6, 2);
  auto login = post("/login", "");
  login.captures = {capture_json("id", "token")};
  spec.setup = {false, {login}};
  spec.headers = {{"Authorization", text("Bearer {{ token }}")}, {"X-All", text("1")}};
  EngineRun run(spec, ids.server.url());
  CHECK(run.set_up().empty());
  CHECK(run.cycle().failed == 0);
  for (const Request& request : ids.server.seen()) {
    CHECK(request.header("X-All") == "1");
    CHECK(request.header("Authorization") == (request.path == "/login" ? "" : "Bearer 1"));
  }
}

TEST_CASE("set-up: each user has a row of the payload") {
  SocketServer server;
  auto spec = load_of({get("/")}, 3, 3);
  spec.setup = {true, {get("/login/{{ name }}")}};
  const model::Payload payload{{"name"}, {{"a"}, {"b"}, {"c"}}};
  EngineRun run(spec, server.url(), payload);
  CHECK(run.set_up().empty());
  CHECK(server.seen_by_path() == Paths{{"/login/a", 1}, {"/login/b", 1}, {"/login/c", 1}});
}

TEST_CASE("set-up: what fails in it is told by its step") {
  SocketServer server([](Peer& peer, const Request&) { peer.answer(500); });
  auto spec = load_of({get("/")}, 1, 1);
  spec.setup = {false, {get("/login"), get("/second")}};
  EngineRun run(spec, server.url());
  CHECK(run.set_up() == "GET /login: status 500");
  CHECK(run.tear_down().empty());  // there is none
}

TEST_CASE("set-up: one that hangs ends at its time limit") {
  SocketServer server([](Peer& peer, const Request&) { peer.wait_for_end(); });
  auto spec = load_of({get("/")}, 1, 1);
  spec.setup = {false, {get("/login")}};
  EngineRun run(spec, server.url());
  CHECK(run.set_up(50ms) == "it was not done in time");
}

TEST_CASE("cookies: an iteration has those of its own answers, and begins without") {
  std::atomic<int> next{1};
  SocketServer server([&](Peer& peer, const Request&) {
    peer.answer(200, "", "Set-Cookie: sid=" + std::to_string(next++) + "; Path=/\r\n");
  });
  EngineRun run(load_of({get("/a"), get("/b")}, 6, 1), server.url());
  run.cycle();
  const auto seen = server.seen();
  for (std::size_t i = 0; i < seen.size(); i += 2) {
    CHECK(cookie_of(seen[i]).empty());
    CHECK(cookie_of(seen[i + 1]) == "sid=" + std::to_string(i + 1));
  }
}

TEST_CASE("cookies: kept by a user for good, shared from the set-up, or not at all") {
  std::atomic<int> next{1};
  SocketServer server([&](Peer& peer, const Request& request) {
    const bool gives = request.path == "/login" || request.header("Cookie").empty();
    peer.answer(200, "", gives ? "Set-Cookie: sid=" + std::to_string(next++) + "; Path=/\r\n" : "");
  });
  const auto sessions = [&](model::LoadSpec::Cookies cookies, bool with_setup) {
    auto spec = load_of({get("/")}, 30, 3);
    spec.cookies = cookies;
    if (with_setup) spec.setup = {false, {get("/login")}};
    const int before = next;
    EngineRun run(spec, server.url());
    CHECK(run.set_up().empty());
    run.cycle();
    return next - before;
  };
  CHECK(sessions(model::LoadSpec::Cookies::user, false) == 3);
  CHECK(sessions(model::LoadSpec::Cookies::iteration, false) == 30);
  CHECK(sessions(model::LoadSpec::Cookies::iteration, true) == 1);
  CHECK(sessions(model::LoadSpec::Cookies::off, false) == 30);
}

TEST_CASE("cookies: which steps set them is known, also after the summary was reset") {
  SocketServer server([](Peer& peer, const Request& request) {
    const bool gives = request.path == "/login" || request.path == "/a";
    peer.answer(200, "", gives ? "Set-Cookie: sid=1; Path=/\r\n" : "");
  });
  const auto setting = [&](model::LoadSpec::Cookies cookies) {
    auto spec = load_of({get("/a"), get("/b")}, 6, 1);
    spec.cookies = cookies;
    spec.setup = {false, {get("/login")}};
    EngineRun run(spec, server.url());
    CHECK(run.set_up().empty());
    run.cycle();
    run.engine->reset_summary();
    return run.engine->steps_that_set_cookies();
  };
  CHECK(setting(model::LoadSpec::Cookies::iteration) ==
        std::vector<std::string>{"GET /login", "GET /a"});
  CHECK(setting(model::LoadSpec::Cookies::off).empty());
}

TEST_CASE("cookies: another host gets none, and gives none") {
  SocketServer other([](Peer& peer, const Request&) {
    peer.answer(200, "", "Set-Cookie: sid=theirs; Path=/\r\n");
  });
  SocketServer own(
      [](Peer& peer, const Request&) { peer.answer(200, "", "Set-Cookie: own=1; Path=/\r\n"); });
  EngineRun run(load_of({get("/"), get(other.url() + "/"), get("/")}, 3, 1), own.url());
  run.cycle();
  CHECK(cookie_of(other.seen().at(0)).empty());
  CHECK(cookie_of(own.seen().at(1)) == "own=1");
}

TEST_CASE("aborts: a share that a cycle hardly holds takes at least one") {
  SocketServer server;
  auto step = get("/");
  step.abort = model::Abort{model::Abort::When::at_body, {}, {1}, 0.01};
  EngineRun run(load_of({step}, 5, 2), server.url());
  CHECK(run.cycle().answered == 4);
  step.abort->share = 0.29;
  EngineRun exact(load_of({step}, 100, 3), server.url());
  CHECK(exact.cycle().answered == 71);
}

TEST_CASE("aborts: exactly their share of the requests goes away, spread evenly") {
  SocketServer server([](Peer& peer, const Request&) {
    std::this_thread::sleep_for(5ms);
    if (peer.wait_for_end() != 0) return;
  });
  SocketServer quick;
  auto step = get("/");
  step.abort = model::Abort{model::Abort::When::after, 20ms, {}, 1};
  EngineRun all(load_of({step}, 20, 4), server.url());
  const auto outcome = all.cycle();
  CHECK(outcome.sent == 20);
  CHECK(outcome.answered == 0);
  CHECK(outcome.failed == 0);
  CHECK(all.engine->summary().aborted == 20);

  // Of those in the share, none is answered so late that it would be cut.
  step.abort = model::Abort{model::Abort::When::at_body, {}, {1}, 0.3};
  EngineRun some(load_of({step}, 100, 4), quick.url());
  CHECK(some.cycle().answered == 70);
  CHECK(some.engine->summary().aborted == 30);
  CHECK(some.cycle().answered == 70);
}
