#include "harness/explain/locate.hpp"

#include <algorithm>

#include "harness/explain/function_text.hpp"
#include "harness/explain/names.hpp"

namespace leakcheck::explain {

using heap::EdgeIndex;
using heap::EdgeType;
using heap::Hop;
using heap::kNoEdge;
using heap::kNoNode;
using heap::NodeIndex;
using heap::NodeType;
using heap::Origin;

namespace {

std::string without_dot(std::string label) {
  if (label.starts_with('.')) label.erase(0, 1);
  return label;
}

/// "locals" in front of "visits", "[]" at once behind what it is in.
void prepend(std::string& identity, const std::string& part) {
  identity = identity.empty() || identity.front() == '[' ? part + identity : part + '.' + identity;
}

/// Whether the identity ends here: a variable, a static field or a field of somebody's class.
class Reader {
 public:
  Reader(const Scene& scene, Located& out) : scene_(scene), graph_(scene.graph), out_(out) {}

  void run() {
    for (std::size_t i = out_.hops.size(); i-- > 0;) {
      const EdgeIndex edge = out_.hops[i].edge;
      if (edge == kNoEdge || (i == 0 && out_.hops.size() > 1)) break;
      if (read(edge)) return;
    }
    // No variable: the global object's, or a function's own name in front of its properties.
    const NodeIndex top = out_.hops.empty() ? kNoNode : out_.hops.front().node;
    if (top == kNoNode || out_.identity.empty()) return;
    if (graph_.type(top) == NodeType::closure) prepend(out_.identity, graph_.name_text(top));
    if (graph_.type(top) != NodeType::object || is_internal(graph_, top)) return;
    std::string name = class_of(graph_, top);
    if (name.starts_with("global")) {
      // V8 has "global / " with an address, and the program no other way to have a global variable.
      name = "globalThis";
      out_.origin = Origin::own;
    }
    prepend(out_.identity, name);
  }

 private:
  bool read(EdgeIndex edge) {
    const NodeIndex from = graph_.source(edge);
    const std::string label = label_of(graph_, edge);
    switch (graph_.edge_type(edge)) {
      case EdgeType::context:
        return !label.empty() && take_variable(label, from);
      case EdgeType::property:
        return take_property(without_dot(label), from);
      case EdgeType::element:
        prepend(out_.identity, "[]");
        return false;
      default:
        if (label.empty()) return false;
        if (label == "key" || label == "value" || label.find(' ') != std::string::npos) {
          if (label == "value") prepend(out_.identity, "[]");
          return false;
        }
        if (label.starts_with('.')) return take_property(without_dot(label), from);
        return take_export(label, edge);
    }
  }

  bool take_variable(const std::string& name, NodeIndex context) {
    prepend(out_.identity, scene_.names.variable(context, name));
    if (out_.name.empty()) out_.name = name;
    out_.context = context;
    set_script(scene_.paths.scripts().script_of_context(context));
    return true;
  }

  bool take_export(const std::string& name, EdgeIndex edge) {
    prepend(out_.identity, name);
    if (out_.name.empty()) out_.name = name;
    out_.is_export = true;
    for (const Hop& hop : out_.hops) {
      if (hop.edge == edge) break;
      if (!scene_.is_named(hop.node, "system / SourceTextModule")) continue;
      // The module has the call of its own body.
      for (const EdgeIndex inner : graph_.edges(hop.node))
        if (const auto place = scene_.paths.scripts().place_of(graph_.target(inner)))
          return set_script(place->script), true;
    }
    return true;
  }

  bool take_property(const std::string& name, NodeIndex from) {
    if (name.empty() || name == "__proto__") return false;
    if (out_.name.empty()) {
      out_.name = name;
      out_.owner = own_class_of(scene_, from);
      out_.is_property = true;
    }
    prepend(out_.identity, scene_.names.field(from, name));
    if (own_class_of(scene_, from).empty()) return false;
    std::string owner = scene_.names.class_name(from);
    if (owner.starts_with("class ")) owner.erase(0, 6);
    prepend(out_.identity, owner);
    if (const auto place = scene_.paths.scripts().place_of(from)) set_script(place->script);
    return true;
  }

  void set_script(const std::optional<std::string>& script) {
    if (!script) return;
    out_.script = *script;
    out_.origin = heap::origin_of(*script);
  }

  const Scene& scene_;
  const heap::HeapGraph& graph_;
  Located& out_;
};

/// The way to a Cell from the module that declares it: through its table of exports, which has the
/// name. An importing module has the same Cell without one.
std::vector<Hop> find_export(const Scene& scene, NodeIndex cell) {
  const heap::HeapGraph& graph = scene.graph;
  std::vector<Hop> best;
  std::size_t most = 0;
  for (std::uint32_t i = 0; i < graph.node_count(); ++i) {
    const NodeIndex module{i};
    if (graph.type(module) != NodeType::hidden ||
        !scene.is_named(module, "system / SourceTextModule"))
      continue;
    std::vector<Hop> way;
    std::size_t holds = 0;  // one that only hands it on does not have it in an array of its own
    for (const EdgeIndex edge : graph.edges(module)) {
      const NodeIndex array = graph.target(edge);
      if (graph.type(array) != NodeType::array) continue;
      for (const EdgeIndex inner : graph.edges(array)) {
        if (graph.target(inner) != cell) continue;
        ++holds;
        if (!label_of(graph, inner).empty())
          way = {{kNoEdge, module}, {edge, array}, {inner, cell}};
      }
    }
    if (!way.empty() && holds > most) {
      best = std::move(way);
      most = holds;
    }
  }
  return best;
}

/// What an import leads to is shown from where it is exported.
void start_at_export(const Scene& scene, std::vector<Hop>& hops) {
  for (std::size_t i = hops.size(); i-- > 0;) {
    if (!scene.is_named(hops[i].node, "system / Cell")) continue;
    std::vector<Hop> way = find_export(scene, hops[i].node);
    if (way.empty()) return;
    way.insert(way.end(), hops.begin() + static_cast<std::ptrdiff_t>(i) + 1, hops.end());
    hops = std::move(way);
    return;
  }
}

/// What a module exports is better known by the variable that another module has it in.
void start_at_variable(const Scene& scene, std::vector<Hop>& hops) {
  const heap::HeapGraph& graph = scene.graph;
  const heap::ScriptIndex& scripts = scene.paths.scripts();
  for (std::size_t i = hops.size(); i-- > 1;) {
    const NodeIndex exports = hops[i].node;
    if (hops[i].edge == kNoEdge || graph.edge_type(hops[i].edge) != EdgeType::property ||
        graph.edge_name(hops[i].edge) != "exports" ||
        !scene.is_named(graph.source(hops[i].edge), "Module"))
      continue;
    std::vector<Hop> way;
    for (std::uint32_t node = 0; node < graph.node_count() && way.empty(); ++node) {
      const NodeIndex context{node};
      if (!scripts.is_context(context) || scripts.origin_of_context(context) != Origin::own)
        continue;
      for (const EdgeIndex edge : graph.edges(context))
        if (graph.edge_type(edge) == EdgeType::context && graph.target(edge) == exports &&
            !label_of(graph, edge).empty() && graph.edge_name(edge) != "exports")
          way = {{kNoEdge, context}, {edge, exports}};
    }
    if (way.empty()) return;
    way.insert(way.end(), hops.begin() + static_cast<std::ptrdiff_t>(i) + 1, hops.end());
    hops = std::move(way);
    return;
  }
}

}  // namespace

std::string own_class_of(const Scene& scene, NodeIndex node) {
  const auto origin = scene.paths.scripts().origin_of(node);
  if (origin != Origin::own && origin != Origin::library) return "";
  const NodeType type = scene.graph.type(node);
  std::string name = class_of(scene.graph, node);
  if (type == NodeType::closure) return name.starts_with("class ") ? name.substr(6) : "";
  if (type != NodeType::object || name.starts_with('{') || name == "Object") return "";
  return name;
}

Located locate(const Scene& scene, NodeIndex node) {
  Located located;
  located.hops = heap::informative_part(scene.graph, scene.paths.path_to(node));
  start_at_export(scene, located.hops);
  start_at_variable(scene, located.hops);
  Reader(scene, located).run();
  return located;
}

namespace {

/// What is kept inside a library's object: the nearest field above it that is declared, else the
/// program's own variable that it is reached by.
std::optional<model::SourcePlace> find_above(Scene& scene, const Located& located) {
  const heap::HeapGraph& graph = scene.graph;
  const heap::ScriptIndex& scripts = scene.paths.scripts();
  std::optional<model::SourcePlace> variable;
  for (std::size_t i = located.hops.size(); i-- > 0;) {
    const EdgeIndex edge = located.hops[i].edge;
    if (edge == kNoEdge) break;
    const NodeIndex from = graph.source(edge);
    const std::string name = graph.edge_name(edge);
    if (graph.edge_type(edge) == EdgeType::property) {
      const auto place = scripts.place_of(from);
      const std::string owner = own_class_of(scene, from);
      if (!place || owner.empty()) continue;
      if (auto found = scene.sources.find_field(place->script, owner, name)) return found;
    } else if (graph.edge_type(edge) == EdgeType::context && !variable &&
               scripts.origin_of_context(from) == Origin::own) {
      if (const auto script = scripts.script_of_context(from))
        variable = scene.sources.find_variable(*script, name, place_in(scripts, graph, from));
    }
  }
  return variable;
}

std::optional<model::SourcePlace> find_own_declaration(Scene& scene, const Located& located) {
  if (located.name.empty() || (located.script.empty() && !located.is_property)) return std::nullopt;
  if (!located.owner.empty())
    return scene.sources.find_field(located.script, located.owner, located.name);
  // Nobody's class says where: the first line of the program that assigns it.
  if (located.is_property) return find_assignment(scene, located);
  std::optional<heap::ScriptPlace> inside;
  if (located.context != kNoNode)
    inside = place_in(scene.paths.scripts(), scene.graph, located.context);
  auto place = scene.sources.find_variable(located.script, located.name, inside);
  if (!place && located.is_export)
    if (const auto name = find_local_name(scene, located.script, located.name))
      place = scene.sources.find_variable(located.script, *name, std::nullopt);
  return place;
}

}  // namespace

std::optional<model::SourcePlace> find_declaration(Scene& scene, const Located& located) {
  auto place = find_own_declaration(scene, located);
  if (!place && located.is_property && located.origin == Origin::library)
    place = find_above(scene, located);
  return place;
}

std::vector<Hop> find_way(const Scene& scene, NodeIndex container, NodeIndex item) {
  const heap::HeapGraph& graph = scene.graph;
  for (const EdgeIndex edge : graph.edges(container))
    if (graph.target(edge) == item && graph.edge_type(edge) != EdgeType::weak)
      return {{edge, item}};
  for (const EdgeIndex edge : graph.edges(container)) {
    const NodeIndex store = graph.target(edge);
    if (graph.edge_type(edge) != EdgeType::internal || graph.type(store) != NodeType::array)
      continue;
    for (const EdgeIndex inner : graph.edges(store))
      if (graph.target(inner) == item) return {{edge, store}, {inner, item}};
  }
  return {};
}

std::vector<model::PathStep> draw_path(Scene& scene, const std::vector<Hop>& hops) {
  const heap::HeapGraph& graph = scene.graph;
  std::vector<model::PathStep> steps;
  std::string label;
  std::int64_t collapsed = 0;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    std::string here = scene.names.label(hops, i);
    if (!here.empty()) label = std::move(here);
    collapsed += hops[i].collapsed;
    if (is_internal(graph, hops[i].node) && i + 1 < hops.size()) continue;
    model::PathStep step;
    step.label = std::move(label);
    step.class_name = scene.names.class_name(hops[i].node);
    step.id = graph.id(hops[i].node);
    step.collapsed = collapsed;
    if (const auto place = scene.paths.scripts().place_of(hops[i].node))
      if (heap::origin_of(place->script) != Origin::node)
        step.place = scene.sources.place_of(*place);
    steps.push_back(std::move(step));
    label.clear();
    collapsed = 0;
  }
  return steps;
}

}  // namespace leakcheck::explain
