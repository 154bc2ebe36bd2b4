#include "harness/explain/original_names.hpp"

#include <string_view>

#include "harness/explain/names.hpp"

namespace leakcheck::explain {

using heap::EdgeType;
using heap::NodeIndex;
using heap::NodeType;

namespace {

constexpr std::string_view kClass = "class ";

std::string without_class(std::string name) {
  if (name.starts_with(kClass)) name.erase(0, kClass.size());
  return name;
}

}  // namespace

std::string OriginalNames::variable(NodeIndex context, std::string name) const {
  const auto script = scripts_.script_of_context(context);
  if (!script || !sources_.has_map(*script)) return name;
  auto written = sources_.find_original_name(*script, name, place_in(scripts_, graph_, context));
  return written ? *std::move(written) : name;
}

std::string OriginalNames::field(NodeIndex owner, std::string name) const {
  const auto place = scripts_.place_of(owner);
  if (!place || !sources_.has_map(place->script)) return name;
  auto written =
      sources_.find_original_field(place->script, without_class(class_of(graph_, owner)), name);
  return written ? *std::move(written) : name;
}

std::string OriginalNames::class_name(NodeIndex node) const {
  std::string name = class_of(graph_, node);
  const NodeType type = graph_.type(node);
  const bool is_class = type == NodeType::closure && name.starts_with(kClass);
  if (!is_class && type != NodeType::object) return name;
  const auto place = scripts_.place_of(node);
  if (!place || !sources_.has_map(place->script)) return name;
  const auto written = sources_.find_original_name(place->script, without_class(name), place);
  if (!written) return name;
  return is_class ? std::string(kClass) + *written : *written;
}

std::string OriginalNames::label(const std::vector<heap::Hop>& hops, std::size_t hop) const {
  std::string label = label_of(graph_, hops, hop);
  if (label.empty() || hops[hop].edge == heap::kNoEdge) return label;
  const NodeIndex from = graph_.source(hops[hop].edge);
  const EdgeType type = graph_.edge_type(hops[hop].edge);
  if (type == EdgeType::context) return variable(from, std::move(label));
  if (type == EdgeType::property && label.starts_with('.'))
    return '.' + field(from, label.substr(1));
  return label;
}

std::optional<heap::ScriptPlace> place_in(const heap::ScriptIndex& scripts,
                                          const heap::HeapGraph& graph, NodeIndex context) {
  bool has_outer = false;
  for (const heap::EdgeIndex edge : graph.edges(context))
    has_outer = has_outer || scripts.is_context(graph.target(edge));
  if (!has_outer) return std::nullopt;
  for (const auto& [node, location] : graph.columns().locations) {
    if (graph.type(NodeIndex{node}) != NodeType::closure) continue;
    for (const heap::EdgeIndex edge : graph.edges(NodeIndex{node}))
      if (graph.target(edge) == context) return scripts.place_of(NodeIndex{node});
  }
  return std::nullopt;
}

}  // namespace leakcheck::explain
