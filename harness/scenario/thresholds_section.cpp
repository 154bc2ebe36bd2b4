#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/units.hpp"

namespace leakcheck::scenario {
namespace {

using Metric = model::Threshold::Metric;

constexpr std::array kMetrics = {Metric::http_req_failed, Metric::http_req_duration,
                                 Metric::http_reqs, Metric::checks, Metric::dropped_iterations};
constexpr std::string_view kOfStep = "{name:";
constexpr const char* kOfStepHint = "write \"http_req_duration{name:GET /orders/:id}\"";

/// What a key of thresholds is about.
struct Subject {
  Metric metric = Metric::http_req_failed;
  std::string step;  ///< "": all requests
};

std::optional<Metric> find_metric(std::string_view name) {
  for (const Metric metric : kMetrics)
    if (model::to_string(metric) == name) return metric;
  return std::nullopt;
}

void refuse_metric(Context& context, const Entry& entry) {
  std::vector<std::string> names;
  for (const Metric metric : kMetrics) names.emplace_back(model::to_string(metric));
  const std::string name = entry.key.substr(0, entry.key.find('{'));
  context.problems.add(entry.key_place,
                       fmt::format("unknown key {} in thresholds", in_quotes(entry.key)),
                       suggest(name, names, "keys"));
}

/// The step between "{name:" and "}"; none, with a problem, when it is not there.
std::optional<std::string> read_step_of(Context& context, const Entry& entry, Metric metric) {
  std::string_view selector = std::string_view(entry.key).substr(entry.key.find('{'));
  if (!selector.starts_with(kOfStep) || !selector.ends_with('}') ||
      selector.size() == kOfStep.size() + 1) {
    context.problems.add(entry.key_place, fmt::format("{} names no step", in_quotes(entry.key)),
                         kOfStepHint);
    return std::nullopt;
  }
  if (metric != Metric::http_req_failed && metric != Metric::http_req_duration) {
    context.problems.add(entry.key_place,
                         fmt::format("{} is not known for each step", model::to_string(metric)),
                         "only http_req_failed and http_req_duration are");
    return std::nullopt;
  }
  selector.remove_prefix(kOfStep.size());
  selector.remove_suffix(1);
  std::string step(selector);
  const auto& names = context.step_names;
  if (names && !names->empty() && std::find(names->begin(), names->end(), step) == names->end()) {
    context.problems.add(entry.key_place,
                         fmt::format("no step of the flows is named {}", in_quotes(step)),
                         suggest(step, *names, "steps"));
    return std::nullopt;
  }
  return step;
}

std::optional<Subject> read_subject(Context& context, const Entry& entry) {
  const auto brace = entry.key.find('{');
  const auto metric = find_metric(std::string_view(entry.key).substr(0, brace));
  if (!metric) {
    refuse_metric(context, entry);
    return std::nullopt;
  }
  if (brace == std::string::npos) return Subject{*metric, ""};
  auto step = read_step_of(context, entry, *metric);
  if (!step) return std::nullopt;
  return Subject{*metric, std::move(*step)};
}

std::optional<model::Threshold> read_text_of(Context& context, const Node& node, Metric metric) {
  const auto text = read_text(context, node, "a threshold");
  if (!text) return std::nullopt;
  auto threshold = parse_threshold(metric, *text);
  if (threshold) return std::move(*threshold);
  context.problems.add(node.place, threshold.error().message, threshold.error().hint);
  return std::nullopt;
}

std::optional<model::Threshold> read_threshold(Context& context, const Node& node, Metric metric) {
  if (!node.is_map()) return read_text_of(context, node, metric);
  const Fields fields(context, node, "a threshold", {"threshold", "abortOnFail", "delayAbortEval"});
  const Node* text =
      fields.require_here("threshold", "write { threshold: \"rate<0.01\", abortOnFail: true }");
  auto threshold = text == nullptr ? std::nullopt : read_text_of(context, *text, metric);
  bool aborts = false;
  if (const Node* abort = fields.find("abortOnFail"))
    aborts = read_bool(context, *abort, "abortOnFail").value_or(false);
  model::Milliseconds delay{0};
  if (const Node* node_of_delay = fields.find("delayAbortEval")) {
    delay = read_duration(context, *node_of_delay, "delayAbortEval",
                          {std::chrono::milliseconds(0), std::chrono::hours(24)})
                .value_or(delay);
    if (fields.find("abortOnFail") == nullptr)
      context.problems.add(fields.place("delayAbortEval"), "delayAbortEval needs abortOnFail",
                           "write { threshold: \"rate<0.01\", abortOnFail: true, "
                           "delayAbortEval: 10s }");
  }
  if (!threshold) return std::nullopt;
  threshold->abort_on_fail = aborts;
  threshold->delay_abort_eval = delay;
  return threshold;
}

}  // namespace

std::vector<model::Threshold> read_thresholds(Context& context, const Node& node) {
  std::vector<model::Threshold> thresholds;
  if (!node.is_map()) {
    context.problems.add(node.place,
                         fmt::format("thresholds must be a map; this is {}", kind_name(node)),
                         "write thresholds: { http_req_duration: [\"p(95)<500ms\"] }");
    return thresholds;
  }
  for (const Entry& entry : node.entries) {
    const auto subject = read_subject(context, entry);
    if (!subject) continue;
    const Node& list = *entry.value;
    if (!list.is_list() || list.items.empty()) {
      context.problems.add(list.place,
                           fmt::format("thresholds.{} must be a list; this is {}", entry.key,
                                       list.is_list() ? "an empty list" : kind_name(list)),
                           "write http_req_failed: [\"rate<0.01\"]");
      continue;
    }
    for (const NodePtr& item : list.items)
      if (auto threshold = read_threshold(context, *item, subject->metric)) {
        threshold->step = subject->step;
        thresholds.push_back(std::move(*threshold));
      }
  }
  return thresholds;
}

}  // namespace leakcheck::scenario
