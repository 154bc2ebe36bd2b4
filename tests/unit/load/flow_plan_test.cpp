#include "harness/load/flow_plan.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "tests/unit/load/plans.hpp"

using namespace leakcheck;
using namespace leakcheck::load;
using namespace leakcheck::test;
using model::Method;

namespace {

const Surroundings kSurroundings{{"user"}, "80"};

const RequestSetting kSetting{"http://127.0.0.1", true};

Result<std::vector<FlowPlan>> plan(std::vector<model::Flow> flows, Tally& tally,
                                   bool full_path_only = false) {
  model::LoadSpec spec;
  spec.flows = std::move(flows);
  auto planned = plan_flows(spec, kSetting, kSurroundings, full_path_only, tally);
  if (!planned) return tl::make_unexpected(planned.error());
  return std::move(planned->flows);
}

Needs needs_of(const model::LoadSpec& spec) {
  Tally tally;
  const auto planned = plan_flows(spec, kSetting, kSurroundings, false, tally);
  REQUIRE_MESSAGE(planned, (planned ? "" : planned.error().message));
  return planned->needs;
}

std::string error_of(std::vector<model::Flow> flows) {
  Tally tally;
  const auto planned = plan(std::move(flows), tally);
  REQUIRE_FALSE(planned);
  CHECK(planned.error().kind == ErrorKind::load);
  CHECK_FALSE(planned.error().hint.empty());
  return planned.error().message;
}

const PlannedRequest& request_of(const FlowPlan& flow, std::size_t step) {
  return std::get<PlannedRequest>(flow.steps.at(step));
}

}  // namespace

TEST_CASE("plan_flows: steps stay in order, and only requests are counted") {
  Tally tally;
  const auto flows =
      plan({{"first", 2, {step(Method::get, "/a"), model::ThinkStep{}, step(Method::post, "/b")}},
            {"second", 1, {model::ThinkStep{}, step(Method::get, "/{{ user }}")}}},
           tally);
  REQUIRE(flows);
  REQUIRE(flows->size() == 2);
  CHECK(flows->at(0).requests == 2);
  CHECK(flows->at(0).steps.size() == 3);
  CHECK(std::holds_alternative<PlannedThink>(flows->at(0).steps[1]));
  CHECK(flows->at(1).requests == 1);
}

TEST_CASE("plan_flows: a request that is always the same is rendered once, the others each time") {
  Tally tally;
  const std::vector<model::Flow> both = {
      {"flow", 1, {step(Method::get, "/a"), step(Method::get, "/{{ user }}")}}};
  const auto fast = plan(both, tally);
  REQUIRE(fast);
  CHECK(request_of(fast->front(), 0).wire.starts_with("GET /a HTTP/1.1\r\n"));
  CHECK(request_of(fast->front(), 1).wire.empty());
  CHECK(request_of(fast->front(), 0).prepared == nullptr);
  const auto full = plan(both, tally, true);
  REQUIRE(full);
  CHECK(request_of(full->front(), 0).prepared != nullptr);
  CHECK(request_of(full->front(), 1).prepared == nullptr);
}

TEST_CASE("plan_flows: a request takes the fast path whenever that can carry it") {
  const auto with = [](const std::function<void(model::LoadSpec&, model::RequestStep&)>& change) {
    model::LoadSpec spec;
    auto request = step(Method::get, "/");
    change(spec, request);
    spec.flows = {{"flow", 1, {request}}};
    return needs_of(spec);
  };
  CHECK(with([](auto&, auto&) {}).fast);
  CHECK_FALSE(with([](auto&, auto&) {}).full);
  CHECK(with([](auto&, auto& request) { request.redirects = 1; }).full);
  CHECK(with([](auto&, auto& request) { request.compressed = true; }).full);
  CHECK(with([](auto&, auto& request) { request.url = text("http://127.0.0.2/"); }).full);
  CHECK(with([](auto& spec, auto&) { spec.proxy = "http://127.0.0.1:3128"; }).full);
  CHECK(with([](auto& spec, auto&) {
          spec.http_version = model::LoadSpec::HttpVersion::http2;
        }).full);
  CHECK_FALSE(with([](auto& spec, auto&) { spec.proxy = "http://127.0.0.1:3128"; }).fast);
}

TEST_CASE("plan_flows: loops and branches are jumps, and count their requests at most") {
  Tally tally;
  model::LoopStep loop{3, {step(Method::get, "/a"), step(Method::get, "/b")}};
  model::IfStep branch;
  branch.value = text("{{ user }}");
  branch.then = {step(Method::get, "/c")};
  branch.otherwise = {loop};
  const auto flows = plan({{"flow", 1, {branch, step(Method::get, "/d")}}}, tally);
  REQUIRE(flows);
  const FlowPlan& flow = flows->front();
  CHECK(flow.requests == 7);
  REQUIRE(flow.steps.size() == 8);  // branch, c, jump, begin, a, b, end, d
  CHECK(std::get<Branch>(flow.steps[0]).otherwise == 3);
  CHECK(std::get<Jump>(flow.steps[2]).to == 7);
  CHECK(std::get<LoopEnd>(flow.steps[6]).begin == 4);
  CHECK(std::get<LoopEnd>(flow.steps[6]).count == 3);
}

TEST_CASE("plan_flows: events and sockets go to the target only, over HTTP/1.1") {
  model::LoadSpec spec;
  model::SseStep events;
  events.url = text("/events");
  events.name = "SSE /events";
  model::WebSocketStep socket;
  socket.url = text("/chat");
  socket.name = "WS /chat";
  spec.flows = {{"flow", 1, {events, socket}}};
  CHECK(needs_of(spec).fast);
  CHECK(needs_of(spec).web_socket);
  Tally tally;
  socket.url = text("ws://127.0.0.2/chat");
  CHECK(error_of({{"flow", 1, {socket}}}) ==
        "flow \"flow\": WS /chat: a WebSocket goes to the target only");
  spec.proxy = "http://127.0.0.1:3128";
  const auto planned = plan_flows(spec, kSetting, kSurroundings, false, tally);
  REQUIRE_FALSE(planned);
  CHECK(planned.error().message ==
        "flow \"flow\": SSE /events: server-sent events are read over HTTP/1.1 only");
}

TEST_CASE("plan_flows: steps of the same name share their counts, in whatever flow they are") {
  Tally tally;
  auto other = step(Method::get, "/c");
  other.name = "another step";
  const auto flows = plan(
      {{"one", 1, {step(Method::get, "/a"), other}}, {"two", 1, {step(Method::get, "/b")}}}, tally);
  REQUIRE(flows);
  CHECK(request_of(flows->at(0), 0).tally_step == request_of(flows->at(1), 0).tally_step);
  CHECK(request_of(flows->at(0), 1).tally_step != request_of(flows->at(0), 0).tally_step);
  CHECK(tally.summary().steps.size() == 2);
}

TEST_CASE("plan_flows: flows that send nothing, and requests that cannot be made, are refused") {
  CHECK(error_of({}) == "the load has no flow");
  CHECK(error_of({{"idle", 1, {}}}) == "the flow \"idle\" sends nothing");
  CHECK(error_of({{"idle", 1, {model::ThinkStep{}}}}) == "the flow \"idle\" sends nothing");
  CHECK(error_of({{"idle", 0, {step(Method::get, "/")}}}) == "the flow \"idle\" sends nothing");
  CHECK(error_of({{"flow", 1, {step(Method::get, "/{{ uzer }}")}}}) ==
        "flow \"flow\": a step: a request uses the unknown variable \"uzer\"");
  CHECK(error_of({{"flow", 1, {step(Method::get, "http://a b/")}}})
            .starts_with("flow \"flow\": a step: \"http://a b\" is not a URL"));
}
