#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace leakcheck::scenario {

/// A file that takes part in a scenario.
struct Source {
  std::string display;         ///< as problems show it
  std::filesystem::path path;  ///< to resolve what is relative to it
  int order = 0;               ///< the scenario itself is 0, then as they are read
};

/// Where something is written. Shape: line and column from 1; line 0 is the file as a whole.
struct Place {
  std::shared_ptr<const Source> source;
  int line = 0;
  int column = 0;
};

struct Node;
/// Shared, never changed: an alias is the node of its anchor, with the anchor's place.
using NodePtr = std::shared_ptr<const Node>;

struct Entry {
  std::string key;
  Place key_place;
  NodePtr value;
};

/// A YAML value with the place it was written at. Merge keys and aliases are already resolved.
struct Node {
  enum class Kind { null, scalar, list, map };

  Kind kind = Kind::null;
  Place place;
  std::string text;            ///< of a scalar
  bool plain = false;          ///< a scalar without quotes: may be a number or a boolean
  std::vector<NodePtr> items;  ///< of a list
  std::vector<Entry> entries;  ///< of a map, in the order of the file; keys are unique
  std::size_t size = 1;        ///< nodes that a walk from here visits

  bool is_map() const { return kind == Kind::map; }
  bool is_list() const { return kind == Kind::list; }
  bool is_scalar() const { return kind == Kind::scalar; }
};

/// Null when the map has no such key.
const Entry* find_entry(const Node& map, std::string_view key);

/// "a map", "a list", "text", "empty": what was found, for messages.
const char* kind_name(const Node& node);

}  // namespace leakcheck::scenario
