#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/explain/scene.hpp"

namespace leakcheck::explain {

/// How a person finds an object in the source: the variable or field that it is kept in.
struct Located {
  /// Stable across runs: "sessionCache", "Store.all", "app.locals.visits"; "" when no variable,
  /// field or module of anybody's leads to it.
  std::string identity;
  /// The variable or field alone, as V8 has it: "sessionCache", "all", "#items"; minified "a".
  std::string name;
  std::string owner;                            ///< the class of the field as V8 has it, or ""
  std::string script;                           ///< that declares it, or ""
  bool is_property = false;                     ///< `name` is a property's, not a variable's
  bool is_export = false;                       ///< `name` is what an ES module exports it as
  heap::NodeIndex context = heap::kNoNode;      ///< that has the variable
  heap::Origin origin = heap::Origin::unknown;  ///< whose script it is
  std::vector<heap::Hop> hops;                  ///< from the variable's Context down
};

/// Reads the path from the object upwards until a variable, an export or a field of somebody's
/// class.
Located locate(const Scene& scene, heap::NodeIndex node);

/// Where it is declared, or first assigned. For what a library keeps inside its objects, where they
/// are: the field that holds it, else the program's variable.
std::optional<model::SourcePlace> find_declaration(Scene& scene, const Located& located);

/// The path as a report draws it.
std::vector<model::PathStep> draw_path(Scene& scene, const std::vector<heap::Hop>& hops);

/// The hops from a container to one of its items: one, or two through a table; empty: not found.
std::vector<heap::Hop> find_way(const Scene& scene, heap::NodeIndex container,
                                heap::NodeIndex item);

/// The class that made the object, unless it is V8's or Node's own: "Store", else "".
std::string own_class_of(const Scene& scene, heap::NodeIndex node);

}  // namespace leakcheck::explain
