#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"

namespace leakcheck::scenario {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr int kMostRequests = 10'000'000;
constexpr int kLeastMin = 6;      // nothing is decided before 12 cycles, whatever it says
constexpr int kLeastCycles = 12;  // with fewer, no rule of the verdict can answer
constexpr int kMostCycles = 10'000;
constexpr const char* kFlowHint = "write load: { flows: [{ name: home, steps: [{ get: / }] }] }";

model::Warmup read_warmup(Context& context, const Node& node) {
  const Fields fields(context, node, "load.warmup", {"requests", "until", "max"});
  model::Warmup warmup;
  if (const Node* requests = fields.find("requests"))
    warmup.requests =
        read_int(context, *requests, "load.warmup.requests", {1, kMostRequests}).value_or(0);
  if (const Node* until = fields.find("until"))
    warmup.until_settled =
        read_choice(context, *until, "load.warmup.until", {"settled"}).has_value();
  if (const Node* max = fields.find("max"))
    warmup.max = read_duration(context, *max, "load.warmup.max", {milliseconds(1), hours(24)})
                     .value_or(warmup.max);
  return warmup;
}

model::Cycles read_cycles(Context& context, const Node& node) {
  const Fields fields(context, node, "load.cycles", {"requests", "min", "max"});
  model::Cycles cycles;
  if (const Node* requests = fields.find("requests"))
    cycles.requests = read_int(context, *requests, "load.cycles.requests", {1, kMostRequests})
                          .value_or(cycles.requests);
  const Node* min_node = fields.find("min");
  const Node* max_node = fields.find("max");
  std::optional<int> min;
  std::optional<int> max;
  if (min_node != nullptr)
    min = read_int(context, *min_node, "load.cycles.min", {kLeastMin, kMostCycles});
  if (max_node != nullptr)
    max = read_int(context, *max_node, "load.cycles.max", {kLeastCycles, kMostCycles});
  if (min && max && *min > *max)
    context.problems.add(
        max_node->place,
        fmt::format("load.cycles.max is {}, less than load.cycles.min, {}", *max, *min),
        "raise max or lower min");
  // One of the two alone moves the default of the other where they would cross.
  cycles.min = min.value_or(std::min(cycles.min, max.value_or(cycles.max)));
  cycles.max = max.value_or(std::max(cycles.max, cycles.min));
  return cycles;
}

std::optional<model::Flow> read_flow(Context& context, const Node& node, std::size_t number) {
  const Fields fields(context, node, "a flow", {"name", "weight", "steps"});
  if (!fields.is_map()) return std::nullopt;
  model::Flow flow;
  flow.name = fmt::format("flow {}", number);
  if (const Node* name = fields.find("name"))
    flow.name = read_text(context, *name, "the name of a flow").value_or(flow.name);
  if (const Node* weight = fields.find("weight"))
    flow.weight = read_int(context, *weight, "the weight of a flow", {1, 1000}).value_or(1);
  const Node* steps = fields.require_here("steps", "write steps: [{ get: / }]");
  if (steps == nullptr) return std::nullopt;
  if (!steps->is_list()) {
    context.problems.add(
        steps->place,
        fmt::format("the steps of a flow must be a list; this is {}", kind_name(*steps)),
        "write steps: [{ get: / }]");
    return std::nullopt;
  }
  bool has_request = false;
  for (const NodePtr& step : steps->items) {
    // What is no step at all has its own problem, and may be meant as a request.
    has_request = has_request || !step->is_map() || step->entries.size() != 1 ||
                  step->entries.front().key != "think";
    if (auto read = read_step(context, *step)) flow.steps.push_back(std::move(*read));
  }
  if (!has_request)
    context.problems.add(steps->place,
                         fmt::format("the flow {} makes no request", in_quotes(flow.name)),
                         "add a step such as get: /");
  return flow;
}

}  // namespace

std::vector<model::Flow> read_flows(Context& context, const Node& node) {
  std::vector<model::Flow> flows;
  if (!node.is_list() || node.items.empty()) {
    context.problems.add(node.place,
                         fmt::format("load.flows must be a list of flows; this is {}",
                                     node.is_list() ? "an empty list" : kind_name(node)),
                         kFlowHint);
    return flows;
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    auto flow = read_flow(context, *node.items[i], i + 1);
    if (!flow) continue;
    if (!names.insert(flow->name).second)
      context.problems.add(node.items[i]->place,
                           fmt::format("another flow is named {} already", in_quotes(flow->name)),
                           "reports tell flows apart by name: give each its own");
    flows.push_back(std::move(*flow));
  }
  return flows;
}

model::LoadSpec read_load(Context& context, const Node& node) {
  const Fields fields(
      context, node, "load",
      {"vus", "arrivalRate", "keepAlive", "warmup", "cycles", "max", "timeout", "seed", "flows"});
  model::LoadSpec load;
  if (const Node* vus = fields.find("vus"))
    load.vus = read_int(context, *vus, "load.vus", {1, 10'000}).value_or(load.vus);
  if (const Node* rate = fields.find("arrivalRate"))
    load.arrival_rate = read_number(context, *rate, "load.arrivalRate", {0.01, 100'000});
  if (const Node* keep_alive = fields.find("keepAlive"))
    load.keep_alive = read_bool(context, *keep_alive, "load.keepAlive").value_or(true);
  if (const Node* warmup = fields.find("warmup")) load.warmup = read_warmup(context, *warmup);
  if (const Node* cycles = fields.find("cycles")) load.cycles = read_cycles(context, *cycles);
  if (const Node* max = fields.find("max"))
    load.max = read_duration(context, *max, "load.max", {milliseconds(1000), hours(168)})
                   .value_or(load.max);
  if (const Node* timeout = fields.find("timeout"))
    load.request_timeout =
        read_duration(context, *timeout, "load.timeout", {milliseconds(1), hours(1)})
            .value_or(load.request_timeout);
  if (const Node* seed = fields.find("seed"))
    load.seed = static_cast<std::uint64_t>(
        read_integer(context, *seed, "load.seed", {0, 9'007'199'254'740'991}).value_or(1));
  if (const Node* flows = fields.require("flows", kFlowHint))
    load.flows = read_flows(context, *flows);
  return load;
}

}  // namespace leakcheck::scenario
