// The words of load: who calls, when, over what connections, and in which steps.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/unit/scenario/scratch_scenario.hpp"

using namespace leakcheck;
using namespace leakcheck::scenario;
using model::Milliseconds;

namespace {

model::Scenario read(const std::string& text) {
  auto scenario = read_text_of(text, options_with(example_environment()));
  const std::string problems = scenario ? "" : render_problems(scenario.error());
  REQUIRE_MESSAGE(scenario.has_value(), problems);
  return std::move(*scenario);
}

/// `keys` beside one flow with one request.
model::LoadSpec load_with(const std::string& keys) {
  return read(scenario_with("load: { flows: [{ steps: [get: /] }], " + keys + " }")).load;
}

template <typename Record>
Record step_of(const std::string& step, const std::string& more = "") {
  const auto scenario = read(scenario_with_step(step, more));
  const auto* found = std::get_if<Record>(&scenario.load.flows.at(0).steps.at(0));
  REQUIRE(found != nullptr);
  return *found;
}

std::string problems_with_step(const std::string& step, const std::string& more = "") {
  return problems_of(scenario_with_step(step, more));
}

}  // namespace

TEST_SUITE("LoadVocabulary") {
  TEST_CASE("LoadVocabulary: without its words, a load is as it always was") {
    const model::LoadSpec load = load_with("vus: 3");
    CHECK(!load.ramp_to);
    CHECK(load.phases.empty());
    CHECK(load.when_busy == model::LoadSpec::WhenBusy::wait);
    CHECK(load.requests_per_connection == 0);
    CHECK(load.cookies == model::LoadSpec::Cookies::iteration);
    CHECK(load.http_version == model::LoadSpec::HttpVersion::http1);
    CHECK(load.proxy == "");
    CHECK(load.headers.empty());
    CHECK(load.connect_timeout == Milliseconds(10'000));
    CHECK(load.setup.steps.empty());
    CHECK(!load.setup.per_user);
    CHECK(load.teardown.empty());
  }

  TEST_CASE("LoadVocabulary: a rate can ramp, and an arrival that finds nobody free be dropped") {
    const model::LoadSpec load = load_with("arrivalRate: 10, rampTo: 200.5, whenBusy: drop");
    CHECK(load.arrival_rate == 10.0);
    CHECK(load.ramp_to == 200.5);
    CHECK(load.when_busy == model::LoadSpec::WhenBusy::drop);
    CHECK(load_with("arrivalRate: 10, whenBusy: wait").when_busy ==
          model::LoadSpec::WhenBusy::wait);
  }

  TEST_CASE("LoadVocabulary: phases have a duration and rates, or are a pause") {
    const model::LoadSpec load = load_with(
        "phases: [{ duration: 10s, arrivalRate: 10, rampTo: 50 }, { pause: 5s }, "
        "{ duration: 1.5s, arrivalRate: 0.5 }]");
    REQUIRE(load.phases.size() == 3);
    CHECK(load.phases[0].duration == Milliseconds(10'000));
    CHECK(load.phases[0].rate == 10.0);
    CHECK(load.phases[0].ramp_to == 50.0);
    CHECK(load.phases[1].duration == Milliseconds(5'000));
    CHECK(load.phases[1].rate == 0.0);
    CHECK(load.phases[1].ramp_to == 0.0);
    CHECK(load.phases[2].duration == Milliseconds(1'500));
    CHECK(load.phases[2].rate == 0.5);
    CHECK(load.phases[2].ramp_to == 0.5);
    CHECK(!load.arrival_rate);
  }

  TEST_CASE("LoadVocabulary: phases must begin at least one iteration between them") {
    const auto problems = [](const std::string& phases) {
      return problems_of(
          scenario_with("load: { flows: [{ steps: [get: /] }], phases: " + phases + " }"));
    };
    CHECK(problems("[{ duration: 1s, arrivalRate: 1 }]") == "valid");
    CHECK(problems("[{ duration: 1s, arrivalRate: 0, rampTo: 2 }]") == "valid");
    CHECK(problems("[{ duration: 1s, arrivalRate: 0.9 }]").find("begin no iteration") !=
          std::string::npos);
  }

  TEST_CASE("LoadVocabulary: what phases stand in place of may not come from another file either") {
    const ScratchFolder folder;
    folder.write("base.yaml", scenario_with("load: { arrivalRate: 5, cycles: { requests: 7 }, "
                                            "flows: [{ steps: [get: /] }] }"));
    const auto file = folder.write(
        "s.yaml", "extends: base.yaml\nload: { phases: [{ duration: 10s, arrivalRate: 1 }] }\n");
    const auto scenario = load_scenario(file, options_with({}));
    REQUIRE(!scenario.has_value());
    REQUIRE(scenario.error().size() == 2);
    CHECK(scenario.error()[0].message == "load has phases and arrivalRate");
    CHECK(scenario.error()[1].message == "load has phases and cycles.requests");
  }

  TEST_CASE("LoadVocabulary: connections, cookies, version, proxy and times") {
    using Cookies = model::LoadSpec::Cookies;
    const model::LoadSpec load = load_with(
        "requestsPerConnection: 100, cookies: user, httpVersion: 2, "
        "proxy: http://127.0.0.1:3128, timeout: 2s, connectTimeout: 500ms");
    CHECK(load.requests_per_connection == 100);
    CHECK(load.cookies == Cookies::user);
    CHECK(load.http_version == model::LoadSpec::HttpVersion::http2);
    CHECK(load.proxy == "http://127.0.0.1:3128");
    CHECK(load.request_timeout == Milliseconds(2'000));
    CHECK(load.connect_timeout == Milliseconds(500));
    CHECK(load_with("cookies: off").cookies == Cookies::off);
    CHECK(load_with("cookies: iteration").cookies == Cookies::iteration);
    CHECK(load_with("httpVersion: 1").http_version == model::LoadSpec::HttpVersion::http1);
    CHECK(load_with("keepAlive: false, requestsPerConnection: 1").requests_per_connection == 1);
  }

  TEST_CASE("LoadVocabulary: headers for every request can use what the setup captures") {
    const model::LoadSpec load = load_with(
        "headers: { Authorization: \"Bearer {{ token }}\", X-User: \"{{ $user }}\" }, "
        "setup: [post: { url: /login, capture: { json: $.token, as: token } }]");
    REQUIRE(load.headers.size() == 2);
    CHECK(load.headers[0].name == "Authorization");
    CHECK(shown(load.headers[0].value) == "Bearer {{token}}");
    CHECK(shown(load.headers[1].value) == "{{$user}}");
  }

  TEST_CASE("LoadVocabulary: a setup is for all users or for each, and has a teardown") {
    const model::LoadSpec load =
        load_with("setup: [{ post: /login }, { think: 5ms }], teardown: [{ delete: /session }]");
    CHECK(!load.setup.per_user);
    REQUIRE(load.setup.steps.size() == 2);
    CHECK(std::get<model::RequestStep>(load.setup.steps[0]).name == "POST /login");
    CHECK(std::get<model::ThinkStep>(load.setup.steps[1]).time == Milliseconds(5));
    REQUIRE(load.teardown.size() == 1);
    CHECK(std::get<model::RequestStep>(load.teardown[0]).method == model::Method::del);
    CHECK(load_with("setup: { per: user, steps: [get: /] }").setup.per_user);
    CHECK(!load_with("setup: { per: run, steps: [get: /] }").setup.per_user);
    CHECK(load_with("setup: { steps: [get: /] }").setup.steps.size() == 1);
  }

  TEST_CASE("LoadVocabulary: a loop has a count and steps, which can be loops") {
    const auto loop = step_of<model::LoopStep>(
        "loop: { count: 3, steps: [{ get: \"/{{ $loopCount }}\" }, "
        "{ loop: { count: 2, steps: [get: /] } }] }");
    CHECK(loop.count == 3);
    REQUIRE(loop.steps.size() == 2);
    CHECK(shown(std::get<model::RequestStep>(loop.steps[0]).url) == "/{{$loopCount}}");
    CHECK(std::get<model::LoopStep>(loop.steps[1]).count == 2);
  }

  TEST_CASE("LoadVocabulary: an if compares a value, and has one or two ways") {
    using Kind = model::Matcher::Kind;
    const auto branch = step_of<model::IfStep>(
        "if: { value: \"{{ $user }}\", equals: 0x10, then: [get: /a], else: [get: /b, get: /c] }");
    CHECK(shown(branch.value) == "{{$user}}");
    CHECK(branch.matcher.kind == Kind::equals);
    CHECK(shown(branch.matcher.value) == "16");
    REQUIRE(branch.then.size() == 1);
    REQUIRE(branch.otherwise.size() == 2);
    CHECK(std::get<model::RequestStep>(branch.otherwise[1]).name == "GET /c");
    const auto matching =
        step_of<model::IfStep>("if: { value: \"{{ $user }}\", matches: \"^1\", then: [get: /a] }");
    CHECK(matching.matcher.kind == Kind::matches);
    CHECK(matching.matcher.pattern == "^1");
    CHECK(matching.otherwise.empty());
    const auto missing =
        step_of<model::IfStep>("if: { value: \"{{ $user }}\", exists: false, then: [get: /a] }");
    CHECK(missing.matcher.kind == Kind::exists);
    CHECK(!missing.matcher.wanted);
  }

  TEST_CASE("LoadVocabulary: a value of if from the environment can be the same for all") {
    CHECK(step_of<model::IfStep>(
              "if: { value: \"{{ $env.LEAKCHECK_TEST_MODE }}\", equals: native, then: [get: /] }")
              .value.is_literal());
    CHECK(problems_with_step("if: { value: native, equals: native, then: [get: /] }")
              .find("has no variable") != std::string::npos);
  }

  TEST_CASE("LoadVocabulary: a WebSocket connects, sends, waits, holds and ends") {
    const auto socket = step_of<model::WebSocketStep>(
        "websocket: { url: \"wss://localhost/chat?room={{ $user }}\", name: chat, headers: { "
        "Sec-WebSocket-Protocol: x }, send: [\"hello {{ $sequence }}\", \"\"], receive: 2, hold: "
        "2s, end: abandon }");
    CHECK(shown(socket.url) == "wss://localhost/chat?room={{$user}}");
    CHECK(socket.name == "chat");
    REQUIRE(socket.headers.size() == 1);
    CHECK(socket.headers[0].name == "Sec-WebSocket-Protocol");
    REQUIRE(socket.send.size() == 2);
    CHECK(shown(socket.send[0]) == "hello {{$sequence}}");
    CHECK(shown(socket.send[1]) == "");
    CHECK(socket.receive == 2);
    CHECK(socket.hold == Milliseconds(2'000));
    CHECK(socket.end == model::HeldEnd::abandon);
    const auto plain = step_of<model::WebSocketStep>("websocket: ws://localhost/chat?x=1");
    CHECK(plain.name == "WS /chat");
    CHECK(plain.send.empty());
    CHECK(plain.receive == 0);
    CHECK(plain.hold == Milliseconds(0));
    CHECK(plain.end == model::HeldEnd::close);
    CHECK(step_of<model::WebSocketStep>("websocket: { url: /, send: hello }").send.size() == 1);
  }

  TEST_CASE("LoadVocabulary: server-sent events are read, held and ended") {
    const auto stream = step_of<model::SseStep>(
        "sse: { url: \"/events/{{ $user }}\", name: events, headers: { Last-Event-ID: 5 }, events: "
        "3, hold: 1s, end: abandon }");
    CHECK(shown(stream.url) == "/events/{{$user}}");
    CHECK(stream.name == "events");
    CHECK(stream.headers.size() == 1);
    CHECK(stream.events == 3);
    CHECK(stream.hold == Milliseconds(1'000));
    CHECK(stream.end == model::HeldEnd::abandon);
    const auto plain = step_of<model::SseStep>("sse: /events?x=1");
    CHECK(plain.name == "SSE /events");
    CHECK(plain.events == 1);
    CHECK(plain.end == model::HeldEnd::close);
  }

  TEST_CASE("LoadVocabulary: what is captured is known from then on, and only there") {
    const std::string capture = "get: { url: /, capture: { json: $.id, as: id } }";
    const std::string use = "get: \"/{{ id }}\"";
    const auto problems = [](const std::string& steps) {
      return problems_of(scenario_with("load: { flows: [{ steps: [" + steps + "] }] }"));
    };
    CHECK(problems(capture + ", " + use) == "valid");
    CHECK(problems("{ " + capture + " }, { loop: { count: 2, steps: [" + use + "] } }") == "valid");
    CHECK(problems("{ loop: { count: 2, steps: [" + capture + "] } }, { " + use + " }") == "valid");
    const std::string branch = "{ if: { value: \"{{ $user }}\", equals: 1, then: [";
    CHECK(problems(branch + capture + "] } }, { " + use + " }") == "valid");
    CHECK(problems(branch + "get: /], else: [" + capture + "] } }, { " + use + " }") == "valid");
    CHECK(problems(branch + capture + "], else: [" + use + "] } }") != "valid");
    CHECK(problems(branch + use + "], else: [" + capture + "] } }") != "valid");
    CHECK(problems(use + ", " + capture) ==
          "3:32: {{ id }} is not captured yet: line 3 does it | capture it in a step that always "
          "comes before this one\n");
  }

  TEST_CASE("LoadVocabulary: what one flow captures is unknown in the next, the setup's is not") {
    const std::string flows =
        "flows: [{ steps: [get: { url: /, capture: { json: $.id, as: id } }] }, "
        "{ steps: [get: \"/{{ id }}\"] }]";
    CHECK(problems_of(scenario_with("load: { " + flows + " }"))
              .find("{{ id }} is captured only in the flow \"flow 1\", line 3") !=
          std::string::npos);
    CHECK(problems_of(scenario_with(
              "load: { " + flows +
              ", setup: [get: { url: /, capture: { header: ETag, as: id } }] }")) == "valid");
    CHECK(problems_of(scenario_with("load: { flows: [{ steps: [get: /] }], teardown: [get: { url: "
                                    "/, capture: { header: ETag, as: id } }, get: \"/{{ id }}\"] "
                                    "}")) == "valid");
  }

  TEST_CASE("LoadVocabulary: a loop's count is known in the loop only, also after an inner one") {
    CHECK(problems_with_step(
              "loop: { count: 2, steps: [{ loop: { count: 2, steps: [get: /] } }, { get: "
              "\"/{{ $loopCount }}\" }] }") == "valid");
    CHECK(problems_with_step("get: \"/{{ $loopCount }}\"").find("only known inside a loop") !=
          std::string::npos);
  }

  TEST_CASE("LoadVocabulary: an unchosen profile's capture is not taken for a payload's field") {
    CHECK(problems_of(scenario_with_step(
                          "get: /",
                          "profiles: { a: { load: { flows: [{ steps: [get: \"/{{ id }}\", get: { "
                          "url: /, capture: { json: $.id, as: id } }] }] } } }"))
              .find("{{ id }} is not captured yet") != std::string::npos);
  }

  TEST_CASE("LoadVocabulary: thresholds of every metric, of one step, and those that end the run") {
    using Metric = model::Threshold::Metric;
    const auto thresholds =
        read(scenario_with("thresholds:\n"
                           "  \"http_req_duration{name:GET /}\": [{ threshold: p(95)<1s, "
                           "abortOnFail: true, delayAbortEval: 10s }]\n"
                           "  \"http_req_failed{name:GET /}\": [rate<0.5]\n"
                           "  http_reqs: [rate>100.5]\n"
                           "  checks: [rate>0.99]\n"
                           "  dropped_iterations: [count<1]\n"))
            .thresholds;
    REQUIRE(thresholds.size() == 6);
    CHECK(thresholds[0].text == "rate<0.01");  // one of a step does not replace it
    CHECK(thresholds[0].step == "");
    CHECK(thresholds[1].metric == Metric::http_req_duration);
    CHECK(thresholds[1].step == "GET /");
    CHECK(thresholds[1].limit == 1000.0);
    CHECK(thresholds[1].abort_on_fail);
    CHECK(thresholds[1].delay_abort_eval == Milliseconds(10'000));
    CHECK(thresholds[2].metric == Metric::http_req_failed);
    CHECK(thresholds[2].step == "GET /");
    CHECK(!thresholds[2].abort_on_fail);
    CHECK(thresholds[3].metric == Metric::http_reqs);
    CHECK(thresholds[3].statistic == model::Threshold::Statistic::rate);
    CHECK(thresholds[3].limit == 100.5);
    CHECK(thresholds[4].metric == Metric::checks);
    CHECK(thresholds[5].metric == Metric::dropped_iterations);
    CHECK(thresholds[5].statistic == model::Threshold::Statistic::count);
  }

  TEST_CASE("LoadVocabulary: a threshold finds its step in loops and branches too") {
    const std::string steps =
        "loop: { count: 2, steps: [{ if: { value: \"{{ $user }}\", equals: 1, then: [sse: /e], "
        "else: [get: { url: /, name: deep }] } }] }";
    const auto with = [&](const std::string& name) {
      return problems_with_step(steps,
                                "thresholds: { \"http_req_failed{name:" + name + "}\": [rate<1] }");
    };
    CHECK(with("deep") == "valid");
    CHECK(with("SSE /e") == "valid");
    CHECK(with("dep").find("did you mean \"deep\"?") != std::string::npos);
  }

  TEST_CASE("LoadVocabulary: a target over a unix socket and TLS") {
    const ScratchFolder folder;
    folder.write("certs/ca.pem", "x");
    const auto file = folder.write(
        "s.yaml", scenario_with("target: { command: [n], url: https://localhost, socketPath: "
                                "./run/../app.sock, tls: { ca: certs/ca.pem, verify: false } }"));
    const auto scenario = load_scenario(file, options_with({}));
    REQUIRE(scenario.has_value());
    CHECK(scenario->target.socket_path == folder.path() / "app.sock");
    CHECK(scenario->target.tls.ca_file == folder.path() / "certs/ca.pem");
    CHECK(!scenario->target.tls.verify);
    const auto plain = read(scenario_with("")).target;
    CHECK(plain.socket_path.empty());
    CHECK(plain.tls.ca_file.empty());
    CHECK(plain.tls.verify);
  }

  TEST_CASE("LoadVocabulary: files of a profile that was not asked for need not be there") {
    const std::string profile =
        "profiles: { tls: { target: { tls: { ca: none.pem } }, load: { flows: [{ steps: [post: { "
        "url: /, multipart: { a: { file: none.png } } }] }] } } }";
    CHECK(problems_of(scenario_with(profile)) == "valid");
    CHECK(problems_of(scenario_with(profile), options_with({}, "tls")).find("there is no file") !=
          std::string::npos);
  }

  TEST_CASE("LoadVocabulary: rows can be unique") {
    const ScratchFolder folder;
    folder.write("rows.csv", "id\n1\n");
    const auto order = [&](const std::string& word) {
      const auto file =
          folder.write("s.yaml", scenario_with("payload: { path: rows.csv, order: " + word + " }"));
      return load_scenario(file, options_with({}))->payload->order;
    };
    CHECK(order("sequence") == model::Payload::Order::sequence);
    CHECK(order("random") == model::Payload::Order::random);
    CHECK(order("unique") == model::Payload::Order::unique);
  }
}
