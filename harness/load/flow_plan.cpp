#include "harness/load/flow_plan.hpp"

#include <utility>

namespace leakcheck::load {
namespace {

Result<PlannedRequest> plan_request(const model::RequestStep& step, const std::string& base_url,
                                    const Surroundings& surroundings, bool keep_alive,
                                    Tally& tally) {
  auto plan = RequestPlan::compile(step, {base_url, keep_alive}, surroundings);
  if (!plan) return tl::make_unexpected(plan.error());
  PlannedRequest out{std::move(*plan), tally.add_step(step.name), nullptr};
  if (out.plan.is_literal()) {
    RequestValues none{0, nullptr, Random(0)};
    auto prepared = PreparedRequest::create(out.plan.render(none));
    if (!prepared) return with_context(prepared.error(), step.name);
    out.prepared = std::move(*prepared);
  }
  return out;
}

}  // namespace

Result<std::vector<FlowPlan>> plan_flows(const model::LoadSpec& spec, const std::string& base_url,
                                         const Surroundings& surroundings, Tally& tally) {
  std::vector<FlowPlan> flows;
  for (const model::Flow& flow : spec.flows) {
    FlowPlan& plan = flows.emplace_back();
    for (const model::Step& step : flow.steps) {
      if (const auto* think = std::get_if<model::ThinkStep>(&step)) {
        plan.steps.emplace_back(think->time);
        continue;
      }
      auto request = plan_request(std::get<model::RequestStep>(step), base_url, surroundings,
                                  spec.keep_alive, tally);
      if (!request) return with_context(request.error(), "flow \"" + flow.name + "\"");
      plan.steps.emplace_back(std::move(*request));
      ++plan.requests;
    }
    if (plan.requests == 0 || flow.weight < 1)
      return fail(ErrorKind::load, "the flow \"" + flow.name + "\" sends nothing",
                  "give it a request and a weight of at least 1");
  }
  if (flows.empty())
    return fail(ErrorKind::load, "the load has no flow", "name at least one request in load.flows");
  return flows;
}

}  // namespace leakcheck::load
