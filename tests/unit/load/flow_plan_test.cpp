#include "harness/load/flow_plan.hpp"

#include <doctest/doctest.h>

#include "tests/unit/load/plans.hpp"

using namespace leakcheck;
using namespace leakcheck::load;
using namespace leakcheck::test;
using model::Method;

namespace {

const Surroundings kSurroundings{{"user"}, "80"};

Result<std::vector<FlowPlan>> plan(std::vector<model::Flow> flows, Tally& tally) {
  model::LoadSpec spec;
  spec.flows = std::move(flows);
  return plan_flows(spec, "http://127.0.0.1", kSurroundings, tally);
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
  CHECK(std::holds_alternative<model::Milliseconds>(flows->at(0).steps[1]));
  CHECK(flows->at(1).requests == 1);
}

TEST_CASE("plan_flows: a request that is always the same is prepared once, the others each time") {
  Tally tally;
  const auto flows =
      plan({{"flow", 1, {step(Method::get, "/a"), step(Method::get, "/{{ user }}")}}}, tally);
  REQUIRE(flows);
  CHECK(request_of(flows->front(), 0).prepared != nullptr);
  CHECK(request_of(flows->front(), 1).prepared == nullptr);
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
            .starts_with("flow \"flow\": a step: \"http://a b/\" is not a URL"));
}
