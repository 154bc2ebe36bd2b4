#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/heap/heap_graph.hpp"

namespace leakcheck::heap {

/// Which strings of a snapshot are names, and which are contents. A string that is both gets a
/// second index, which the nodes with contents are given.
struct RedactPlan {
  std::vector<bool> is_content;       ///< of nodes: named by what they hold
  std::vector<bool> is_kept;          ///< of strings
  std::vector<std::uint32_t> second;  ///< of strings: the new index, or 0
  std::vector<std::uint32_t> added;   ///< the strings that get a second one, in order
  /// Names of pairs in WeakMaps that repeat a content, and the node whose it is.
  std::unordered_map<std::uint32_t, NodeIndex> pairs;
};

RedactPlan plan_redaction(const HeapGraph& graph);

/// What stands for the content of that string.
std::string redacted_content(const HeapGraph& graph, std::uint32_t string);

/// The name of a WeakMap's pair whose value is `content`, without that content.
std::string redacted_pair(const std::string& name, const std::string& content);

}  // namespace leakcheck::heap
