#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/heap/heap_graph.hpp"
#include "harness/heap/node_set.hpp"

namespace leakcheck::heap {

/// A place in a source file, as V8 numbers it: both from 0.
struct ScriptPlace {
  std::string script;  ///< the Script node's name: a path, a file: URL, "node:events", or ""
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// Whose code it is.
enum class Origin : std::uint8_t {
  unknown,  ///< V8's own, or not known
  node,     ///< Node.js itself
  library,  ///< in node_modules
  own,
};

/// By the script's name: "node:events", "/srv/node_modules/express/index.js", "/srv/app.js".
Origin origin_of(std::string_view script);

/// Scripts, and which of them every closure, constructor and Context is written in. Found once, by
/// the shape of the graph: edge names, which may have to be read from the file again, are not used.
/// Cost: O(N + E of closures and contexts); 2 bits a node and 5 bytes a Context.
class ScriptIndex {
 public:
  explicit ScriptIndex(const HeapGraph& graph);

  /// Where a closure, or an object's constructor, is written. Absent when V8 does not say.
  std::optional<ScriptPlace> place_of(NodeIndex node) const;
  /// Whose code a closure or an object's constructor is.
  Origin origin_of(NodeIndex node) const;

  bool is_context(NodeIndex node) const { return contexts_.contains(node); }
  const NodeSet& contexts() const { return contexts_; }
  /// The script of a Context, through a closure or a generator that has it, or one within it.
  std::optional<std::string> script_of_context(NodeIndex context) const;
  Origin origin_of_context(NodeIndex context) const;
  /// Whether there is one of its kind only: a module's, or of a function that was called once. Its
  /// variables are as good as a module's; those of other Contexts are one call's.
  bool is_singular(NodeIndex context) const;

 private:
  struct Script {
    std::string name;
    Origin origin = Origin::unknown;
  };
  void find_contexts();
  void count_scopes();
  void read_closures();
  void read_generators();
  void set_script(NodeIndex context, std::uint32_t script_id);
  const Script* script(std::uint32_t script_id) const;

  const HeapGraph& graph_;
  NodeSet contexts_;
  std::vector<std::uint32_t> script_ids_;  ///< of each of contexts_; UINT32_MAX: not known
  std::vector<bool> singular_;             ///< of each of contexts_
  std::unordered_map<std::uint32_t, Script> scripts_;
};

/// The Script node of a closure; kNoNode: it has none.
NodeIndex find_script_node(const HeapGraph& graph, NodeIndex closure);

}  // namespace leakcheck::heap
