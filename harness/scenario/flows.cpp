#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"

namespace leakcheck::scenario {
namespace {

constexpr const char* kFlowHint = "write load: { flows: [{ name: home, steps: [{ get: / }] }] }";
constexpr std::int64_t kMostRequests = 1'000'000;

bool makes_request(const Node* steps);

/// Whether a step can make a request. What is no step has its own problem, and may be meant as one.
bool may_request(const Node& step) {
  if (!step.is_map() || step.entries.size() != 1) return true;
  const Entry& entry = step.entries.front();
  const Node& value = *entry.value;
  const auto steps = [&](const char* key) {
    const Entry* found = find_entry(value, key);
    return found == nullptr ? nullptr : found->value.get();
  };
  if (entry.key == "think") return false;
  if (entry.key == "loop") return !value.is_map() || makes_request(steps("steps"));
  if (entry.key == "if")
    return !value.is_map() || makes_request(steps("then")) ||
           (steps("else") != nullptr && makes_request(steps("else")));
  return true;
}

bool makes_request(const Node* steps) {
  if (steps == nullptr || !steps->is_list() || steps->items.empty()) return true;
  return std::any_of(steps->items.begin(), steps->items.end(),
                     [](const NodePtr& step) { return may_request(*step); });
}

/// What an iteration makes at most; no more than one above the limit.
std::int64_t count_requests(const std::vector<model::Step>& steps) {
  std::int64_t count = 0;
  for (const model::Step& step : steps) {
    if (const auto* loop = std::get_if<model::LoopStep>(&step))
      count += loop->count * count_requests(loop->steps);
    else if (const auto* branch = std::get_if<model::IfStep>(&step))
      count += std::max(count_requests(branch->then), count_requests(branch->otherwise));
    else if (!std::holds_alternative<model::ThinkStep>(step))
      count += 1;
    count = std::min(count, kMostRequests + 1);
  }
  return count;
}

void collect_names(const std::vector<model::Step>& steps, std::vector<std::string>& names) {
  for (const model::Step& step : steps) {
    if (const auto* request = std::get_if<model::RequestStep>(&step))
      names.push_back(request->name);
    else if (const auto* socket = std::get_if<model::WebSocketStep>(&step))
      names.push_back(socket->name);
    else if (const auto* stream = std::get_if<model::SseStep>(&step))
      names.push_back(stream->name);
    if (const auto* loop = std::get_if<model::LoopStep>(&step)) collect_names(loop->steps, names);
    if (const auto* branch = std::get_if<model::IfStep>(&step)) {
      collect_names(branch->then, names);
      collect_names(branch->otherwise, names);
    }
  }
}

/// Reads the steps as a part of the load that has captures of its own.
template <typename Read>
auto read_apart(Context& context, std::string where, Read read) {
  const auto usable = context.captures.usable;
  context.captures.where = std::move(where);
  auto out = read();
  context.captures.usable = usable;
  return out;
}

std::optional<model::Flow> read_flow(Context& context, const Node& node, std::size_t number) {
  const Fields fields(context, node, "a flow", {"name", "weight", "steps"});
  if (!fields.is_map()) return std::nullopt;
  model::Flow flow;
  flow.name = default_flow_name(number);
  std::string where = flow.name;
  if (const Node* name = fields.find("name")) {
    flow.name = read_text(context, *name, "the name of a flow").value_or(flow.name);
    if (name->is_scalar()) where = name->text;  // as find_captures has it
  }
  if (const Node* weight = fields.find("weight"))
    flow.weight = read_int(context, *weight, "the weight of a flow", {1, 1000}).value_or(1);
  const Node* steps = fields.require_here("steps", "write steps: [{ get: / }]");
  if (steps == nullptr) return std::nullopt;
  flow.steps = read_apart(context, name_of_flow(where),
                          [&] { return read_steps(context, *steps, "the steps of a flow"); });
  if (!makes_request(steps))
    context.problems.add(steps->place,
                         fmt::format("the flow {} makes no request", in_quotes(flow.name)),
                         "add a step such as get: /");
  if (count_requests(flow.steps) > kMostRequests)
    context.problems.add(steps->place,
                         fmt::format("an iteration of the flow {} makes more than {} requests",
                                     in_quotes(flow.name), kMostRequests),
                         "lower the counts of its loops: a flow runs as often as it is needed");
  return flow;
}

}  // namespace

model::Setup read_setup(Context& context, const Node& node) {
  model::Setup setup;
  const Node* steps = &node;
  if (node.is_map()) {
    const Fields fields(context, node, "load.setup", {"per", "steps"});
    if (const Node* per = fields.find("per"))
      setup.per_user = read_choice(context, *per, "load.setup.per", {"run", "user"}) == 1U;
    steps = fields.require("steps", "write setup: { per: user, steps: [{ post: /login }] }");
  }
  if (steps == nullptr) return setup;
  // What it captures is for everything that is read after it.
  context.captures.where = "load.setup";
  setup.steps = read_steps(context, *steps, "load.setup");
  return setup;
}

std::vector<model::Step> read_teardown(Context& context, const Node& node) {
  return read_apart(context, "load.teardown",
                    [&] { return read_steps(context, node, "load.teardown"); });
}

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
  if (context.step_names)
    for (const model::Flow& flow : flows) collect_names(flow.steps, *context.step_names);
  return flows;
}

}  // namespace leakcheck::scenario
