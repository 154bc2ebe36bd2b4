#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/matcher.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"

namespace leakcheck::scenario {
namespace {

using model::Method;

constexpr int kMostRounds = 100'000;

const std::vector<std::string>& step_keys() {
  static const std::vector<std::string> keys = {
      "get", "post", "put", "patch", "delete", "head", "think", "loop", "if", "websocket", "sse"};
  return keys;
}

constexpr std::array kMethods = {Method::get,   Method::post, Method::put,
                                 Method::patch, Method::del,  Method::head};

std::optional<model::Step> read_think(Context& context, const Node& node) {
  const auto time =
      read_duration(context, node, "think", {std::chrono::milliseconds(0), std::chrono::hours(1)});
  return model::Step(model::ThinkStep{time.value_or(std::chrono::milliseconds(0))});
}

std::optional<model::Step> read_loop(Context& context, const Node& node) {
  const char* hint = "write loop: { count: 3, steps: [{ get: / }] }";
  const Fields fields(context, node, "loop", {"count", "steps"});
  model::LoopStep loop;
  if (const Node* count = fields.require_here("count", hint))
    loop.count = read_int(context, *count, "loop.count", {1, kMostRounds}).value_or(1);
  ++context.captures.loops;
  if (const Node* steps = fields.require_here("steps", hint))
    loop.steps = read_steps(context, *steps, "loop.steps");
  --context.captures.loops;
  return model::Step(std::move(loop));
}

/// A value that is the same for every iteration decides nothing.
void check_varies(Context& context, const Node& value) {
  if (value.is_scalar() && value.text.find("{{") == std::string::npos)
    context.problems.add(value.place,
                         fmt::format("if.value has no variable: {}", in_quotes(value.text)),
                         "write value: \"{{ kind }}\"");
}

std::optional<model::Step> read_if(Context& context, const Node& node) {
  const char* hint = "write if: { value: \"{{ kind }}\", equals: big, then: [{ get: / }] }";
  const Fields fields(context, node, "if",
                      {"value", "equals", "matches", "exists", "then", "else"});
  model::IfStep out;
  if (const Node* value = fields.require_here("value", hint)) {
    check_varies(context, *value);
    if (auto text = read_template(context, *value, "if.value", Scope::request))
      out.value = std::move(*text);
  }
  if (auto matcher = read_matcher_of(context, fields)) out.matcher = std::move(*matcher);
  const auto before = context.captures.usable;
  if (const Node* then = fields.require_here("then", hint))
    out.then = read_steps(context, *then, "if.then");
  const Node* otherwise = fields.find("else");
  if (otherwise == nullptr) return model::Step(std::move(out));
  // What only the other branch captures is not there; after both, either may be.
  const auto of_then = std::exchange(context.captures.usable, before);
  out.otherwise = read_steps(context, *otherwise, "if.else");
  auto& usable = context.captures.usable;
  usable.insert(usable.end(), of_then.begin(), of_then.end());
  return model::Step(std::move(out));
}

template <typename Record>
std::optional<model::Step> as_step(std::optional<Record> record) {
  if (!record) return std::nullopt;
  return model::Step(std::move(*record));
}

/// One key says what a step is.
void check_one_key(Context& context, const Node& node) {
  if (node.entries.empty())
    return context.problems.add(node.place, "a step is empty", "write get: /path, or think: 20ms");
  // Unknown keys are refused elsewhere; one known key among them still says what is meant.
  const auto known = std::count_if(node.entries.begin(), node.entries.end(), [](const Entry& e) {
    return std::find(step_keys().begin(), step_keys().end(), e.key) != step_keys().end();
  });
  if (known > 1)
    context.problems.add(node.place, "a step has one key; this one has more",
                         "start the next step with its own \"-\"");
}

}  // namespace

void read_step_name(Context& context, const Fields& fields, const std::string& label,
                    std::string& name) {
  const Node* node = fields.find("name");
  if (node == nullptr) return;
  if (auto text = read_text(context, *node, label))
    name = std::move(*text);
  else
    context.step_names.reset();
}

std::optional<model::Step> read_step(Context& context, const Node& node) {
  const Fields fields(context, node, "a step", step_keys());
  if (!fields.is_map()) return std::nullopt;
  check_one_key(context, node);
  for (std::size_t i = 0; i < kMethods.size(); ++i)
    if (const Node* request = fields.find(step_keys()[i]))
      return as_step(read_request(context, kMethods[i], *request));
  if (const Node* think = fields.find("think")) return read_think(context, *think);
  if (const Node* loop = fields.find("loop")) return read_loop(context, *loop);
  if (const Node* branch = fields.find("if")) return read_if(context, *branch);
  if (const Node* socket = fields.find("websocket"))
    return as_step(read_web_socket(context, *socket));
  if (const Node* stream = fields.find("sse")) return as_step(read_sse(context, *stream));
  return std::nullopt;
}

std::vector<model::Step> read_steps(Context& context, const Node& node, const std::string& label) {
  std::vector<model::Step> steps;
  if (!node.is_list() || node.items.empty()) {
    context.problems.add(node.place,
                         fmt::format("{} must be a list of steps; this is {}", label,
                                     node.is_list() ? "an empty list" : kind_name(node)),
                         "write [{ get: / }]");
    return steps;
  }
  for (const NodePtr& item : node.items)
    if (auto step = read_step(context, *item)) steps.push_back(std::move(*step));
  return steps;
}

}  // namespace leakcheck::scenario
