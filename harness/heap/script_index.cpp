#include "harness/heap/script_index.hpp"

namespace leakcheck::heap {
namespace {

constexpr std::uint32_t kNoScript = UINT32_MAX;

bool names_a_part_of_v8(std::string_view name) {
  return name.starts_with("system / ") || name.starts_with('(');
}

/// Whether it is a Script for sure: its name is also a string that it holds.
bool holds_its_name(const HeapGraph& graph, NodeIndex script) {
  for (const EdgeIndex edge : graph.edges(script)) {
    const NodeIndex target = graph.target(edge);
    if (graph.type(target) == NodeType::string && graph.name(target) == graph.name(script))
      return true;
  }
  return false;
}

/// The Script of a SharedFunctionInfo: the one piece of code that it holds that has a name of ours.
NodeIndex find_script_of_shared(const HeapGraph& graph, NodeIndex shared) {
  NodeIndex found = kNoNode;
  for (const EdgeIndex edge : graph.edges(shared)) {
    const NodeIndex target = graph.target(edge);
    if (graph.type(target) != NodeType::code || graph.edge_type(edge) == EdgeType::weak) continue;
    const std::string name = graph.name_text(target);
    if (name.empty() || names_a_part_of_v8(name)) continue;
    if (holds_its_name(graph, target)) return target;
    if (found == kNoNode) found = target;
  }
  return found;
}

/// leakcheck's own scripts in the service, harness/agent/js: no more the program's than Node's are.
bool is_our_agent(std::string_view script) {
  const std::string_view name = script.substr(script.rfind('/') + 1);
  if (!name.starts_with("leakcheck-") || !name.ends_with(".cjs")) return false;
  const std::string_view part = name.substr(10, name.size() - 14);
  return part == "agent" || part == "clock" || part == "collector" || part == "snapshot" ||
         part == "stand-ins" || part == "waits";
}

}  // namespace

Origin origin_of(std::string_view script) {
  if (script.empty()) return Origin::unknown;
  if (is_our_agent(script)) return Origin::node;
  if (script.starts_with("node:") || script.starts_with("internal/")) return Origin::node;
  if (script.find("/node_modules/") != std::string_view::npos) return Origin::library;
  return Origin::own;
}

NodeIndex find_script_node(const HeapGraph& graph, NodeIndex closure) {
  for (const EdgeIndex edge : graph.edges(closure)) {
    const NodeIndex shared = graph.target(edge);
    if (graph.type(shared) != NodeType::code) continue;
    const std::string name = graph.name_text(shared);
    if (names_a_part_of_v8(name) && name != "(shared function info)") continue;
    const NodeIndex script = find_script_of_shared(graph, shared);
    if (script != kNoNode) return script;
  }
  return kNoNode;
}

ScriptIndex::ScriptIndex(const HeapGraph& graph) : graph_(graph), contexts_(graph.node_count()) {
  find_contexts();
  count_scopes();
  read_closures();
  read_generators();
}

void ScriptIndex::find_contexts() {
  if (const auto name = graph_.find_string("system / Context")) {
    const auto& names = graph_.columns().names;
    for (std::uint32_t node = 0; node < names.size(); ++node)
      if (names[node] == raw(*name) && graph_.type(NodeIndex{node}) == NodeType::object)
        contexts_.add(node);
  }
  contexts_.seal();
  script_ids_.assign(contexts_.size(), kNoScript);
  singular_.assign(contexts_.size(), false);
}

void ScriptIndex::count_scopes() {
  const auto scope_name = graph_.find_string("system / ScopeInfo");
  std::unordered_map<std::uint32_t, std::uint32_t> counts;
  std::vector<std::uint32_t> scopes(contexts_.size(), kNoScript);
  std::vector<bool> has_outer(contexts_.size());
  for (std::uint32_t node = 0; node < graph_.node_count(); ++node) {
    if (!contexts_.contains(NodeIndex{node})) continue;
    const std::uint32_t rank = contexts_.rank(NodeIndex{node});
    for (const EdgeIndex edge : graph_.edges(NodeIndex{node})) {
      const NodeIndex target = graph_.target(edge);
      if (scope_name && graph_.name(target) == *scope_name && scopes[rank] == kNoScript)
        ++counts[scopes[rank] = raw(target)];
      if (contexts_.contains(target) && raw(target) != node) has_outer[rank] = true;
    }
  }
  for (std::uint32_t rank = 0; rank < contexts_.size(); ++rank)
    singular_[rank] = !has_outer[rank] || (scopes[rank] != kNoScript && counts[scopes[rank]] == 1);
}

void ScriptIndex::read_closures() {
  for (const auto& [node, location] : graph_.columns().locations) {
    const NodeIndex closure{node};
    if (graph_.type(closure) != NodeType::closure) continue;
    if (!scripts_.contains(location.script_id)) {
      const NodeIndex script = find_script_node(graph_, closure);
      std::string name = script == kNoNode ? "" : graph_.name_text(script);
      const Origin origin = heap::origin_of(name);
      // A closure whose parts V8 has thrown away must not hide the next one's name.
      if (script != kNoNode) scripts_.emplace(location.script_id, Script{std::move(name), origin});
    }
    for (const EdgeIndex edge : graph_.edges(closure))
      if (contexts_.contains(graph_.target(edge)))
        set_script(graph_.target(edge), location.script_id);
  }
}

void ScriptIndex::read_generators() {
  const auto name = graph_.find_string("system / Context");
  for (std::uint32_t node = 0; name && node < graph_.node_count(); ++node) {
    const NodeIndex context{node};
    if (!contexts_.contains(context) || script_ids_[contexts_.rank(context)] != kNoScript) continue;
    for (const EdgeIndex edge : graph_.edges(context)) {
      // `extension`: a generator, which is where its function is. A variable's object would tell of
      // its class instead.
      if (graph_.edge_type(edge) != EdgeType::internal) continue;
      if (const auto location = graph_.location(graph_.target(edge)))
        set_script(context, location->script_id);
    }
  }
}

void ScriptIndex::set_script(NodeIndex context, std::uint32_t script_id) {
  // Outwards: what is within a script is of that script.
  const std::uint32_t most = contexts_.size();
  for (std::uint32_t hops = 0; context != kNoNode && hops <= most; ++hops) {
    std::uint32_t& known = script_ids_[contexts_.rank(context)];
    if (known != kNoScript) return;
    known = script_id;
    NodeIndex outer = kNoNode;
    for (const EdgeIndex edge : graph_.edges(context))
      if (contexts_.contains(graph_.target(edge))) outer = graph_.target(edge);
    context = outer;
  }
}

const ScriptIndex::Script* ScriptIndex::script(std::uint32_t script_id) const {
  const auto found = scripts_.find(script_id);
  return found != scripts_.end() ? &found->second : nullptr;
}

std::optional<ScriptPlace> ScriptIndex::place_of(NodeIndex node) const {
  const auto location = graph_.location(node);
  if (!location) return std::nullopt;
  const Script* found = script(location->script_id);
  return ScriptPlace{found != nullptr ? found->name : "", location->line, location->column};
}

Origin ScriptIndex::origin_of(NodeIndex node) const {
  const auto location = graph_.location(node);
  const Script* found = location ? script(location->script_id) : nullptr;
  return found != nullptr ? found->origin : Origin::unknown;
}

std::optional<std::string> ScriptIndex::script_of_context(NodeIndex context) const {
  if (!contexts_.contains(context)) return std::nullopt;
  const Script* found = script(script_ids_[contexts_.rank(context)]);
  return found != nullptr ? std::optional(found->name) : std::nullopt;
}

Origin ScriptIndex::origin_of_context(NodeIndex context) const {
  if (!contexts_.contains(context)) return Origin::unknown;
  const Script* found = script(script_ids_[contexts_.rank(context)]);
  return found != nullptr ? found->origin : Origin::unknown;
}

bool ScriptIndex::is_singular(NodeIndex context) const {
  return contexts_.contains(context) && singular_[contexts_.rank(context)];
}

}  // namespace leakcheck::heap
