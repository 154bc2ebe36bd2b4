#include "harness/explain/describe_path.hpp"

#include <string>
#include <utility>

#include "harness/explain/names.hpp"
#include "harness/explain/original_names.hpp"

namespace leakcheck::explain {

using heap::EdgeType;
using heap::Hop;
using heap::NodeIndex;
using heap::NodeType;

namespace {

/// Listeners are told by their event: the object that holds them all is no step.
bool is_table_of_listeners(const heap::HeapGraph& graph, const std::vector<Hop>& hops,
                           std::size_t hop) {
  return hop + 1 < hops.size() && label_of(graph, hops, hop + 1).starts_with("listener");
}

}  // namespace

PathDescriber::PathDescriber(const heap::Snapshot& snapshot, const FindOptions& options)
    : graph_(snapshot.graph),
      paths_(snapshot.graph),
      sources_(options.root, options.read_sources) {}

std::vector<model::PathStep> PathDescriber::describe(NodeIndex node) {
  return describe(paths_.informative_path_to(node));
}

std::optional<model::SourcePlace> PathDescriber::place_at(const std::vector<Hop>& hops,
                                                          std::size_t hop) {
  const heap::ScriptIndex& scripts = paths_.scripts();
  const NodeIndex node = hops[hop].node;
  const bool is_own = scripts.origin_of(node) != heap::Origin::node;
  const auto place = scripts.place_of(node);
  if (place && is_own && graph_.type(node) == NodeType::closure) return sources_.place_of(*place);
  if (hop > 0) {
    const NodeIndex from = hops[hop - 1].node;
    const EdgeType type = graph_.edge_type(hops[hop].edge);
    if (type == EdgeType::context) {
      if (const auto script = scripts.script_of_context(from))
        if (auto found = sources_.find_variable(*script, label_of(graph_, hops, hop),
                                                place_in(scripts, graph_, from)))
          return found;
    } else if (type == EdgeType::property) {
      const auto owner = scripts.place_of(from);
      std::string name = class_of(graph_, from);
      if (name.starts_with("class ")) name.erase(0, 6);
      if (owner)
        if (auto found = sources_.find_field(owner->script, name, graph_.edge_name(hops[hop].edge)))
          return found;
    }
  }
  if (place && is_own && !place->script.empty()) return sources_.place_of(*place);
  return std::nullopt;
}

std::vector<model::PathStep> PathDescriber::describe(const std::vector<Hop>& hops) {
  const OriginalNames names(graph_, paths_.scripts(), sources_);
  std::vector<model::PathStep> steps;
  std::string label;
  std::int64_t collapsed = 0;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    if (std::string here = names.label(hops, i); !here.empty()) label = std::move(here);
    collapsed += hops[i].collapsed;
    const bool is_last = i + 1 == hops.size();
    if (!is_last && (is_internal(graph_, hops[i].node) || is_table_of_listeners(graph_, hops, i)))
      continue;
    // A module or the global object that only leads to what is asked for.
    if (!is_last && i == 0 && hops[i].anchor != heap::Origin::unknown &&
        graph_.type(hops[i].node) != NodeType::object)
      continue;
    model::PathStep step;
    step.label = std::exchange(label, "");
    step.class_name = names.class_name(hops[i].node);
    step.id = graph_.id(hops[i].node);
    step.place = place_at(hops, i);
    step.collapsed = std::exchange(collapsed, 0);
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace leakcheck::explain
