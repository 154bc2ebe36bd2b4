#pragma once

#include <string>
#include <unordered_map>

#include "harness/heap/heap_graph.hpp"

namespace leakcheck::heap {

/// Whether nodes have a name, asked node by node: a string is read once, however many nodes it
/// names. For nodes of a type that has few names.
class NameFilter {
 public:
  NameFilter(const HeapGraph& graph, std::string name) : graph_(graph), name_(std::move(name)) {}

  bool matches(NodeIndex node) {
    const StringIndex index = graph_.name(node);
    if (index == last_) return last_matches_;
    const auto [known, is_new] = known_.try_emplace(raw(index), false);
    if (is_new) known->second = graph_.text(index) == name_;
    last_ = index;
    last_matches_ = known->second;
    return last_matches_;
  }

 private:
  const HeapGraph& graph_;
  std::string name_;
  std::unordered_map<std::uint32_t, bool> known_;
  StringIndex last_{UINT32_MAX};
  bool last_matches_ = false;
};

}  // namespace leakcheck::heap
