#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/explain/sources.hpp"
#include "harness/heap/retainer_path.hpp"
#include "harness/heap/script_index.hpp"

namespace leakcheck::explain {

/// Names as they were written: a bundler's short ones are led back through the script's source map.
/// Where there is no map, or it has no name, they are V8's.
class OriginalNames {
 public:
  /// All three must outlive it.
  OriginalNames(const heap::HeapGraph& graph, const heap::ScriptIndex& scripts, Sources& sources)
      : graph_(graph), scripts_(scripts), sources_(sources) {}

  /// A variable that a Context has.
  std::string variable(heap::NodeIndex context, std::string name) const;
  /// A property as V8 names it, of the object or class that has it.
  std::string field(heap::NodeIndex owner, std::string name) const;
  /// class_of(): "Ledger", "class Ledger".
  std::string class_name(heap::NodeIndex node) const;
  /// label_of() of a hop.
  std::string label(const std::vector<heap::Hop>& hops, std::size_t hop) const;

 private:
  const heap::HeapGraph& graph_;
  const heap::ScriptIndex& scripts_;
  Sources& sources_;
};

/// A function inside the scope of a Context says where its variables are. Absent for a module's or
/// script's own, which need no such help.
/// Cost: looks at every function.
std::optional<heap::ScriptPlace> place_in(const heap::ScriptIndex& scripts,
                                          const heap::HeapGraph& graph, heap::NodeIndex context);

}  // namespace leakcheck::explain
