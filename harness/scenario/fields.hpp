#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/context.hpp"
#include "harness/scenario/node.hpp"

namespace leakcheck::scenario {

/// A map of which every key is known: what it does not know it refuses, once, at construction.
class Fields {
 public:
  /// `where` names the map in messages: "target.ready", "a step".
  Fields(Context& context, const Node& node, std::string where,
         const std::vector<std::string>& known);

  bool is_map() const { return node_.is_map(); }
  /// Null when the key is not there.
  const Node* find(std::string_view key) const;
  /// Where the key is written; where the map is when it is not there.
  Place place(std::string_view key) const;
  /// "target.ready.get"; "\"url\" of a request"
  std::string label(std::string_view key) const;
  const std::string& where() const { return where_; }

  /// The same, with a problem when it is missing. For maps that `extends` and profiles merge: only
  /// where all that is merged is known.
  const Node* require(std::string_view key, const std::string& hint) const;
  /// The same for maps inside a list, which is replaced as a whole and has to be whole.
  const Node* require_here(std::string_view key, const std::string& hint) const;

 private:
  Context& context_;
  const Node& node_;
  std::string where_;
};

}  // namespace leakcheck::scenario
