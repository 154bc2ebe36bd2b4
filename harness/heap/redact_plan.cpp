#include "harness/heap/redact_plan.hpp"

#include <array>
#include <string_view>

namespace leakcheck::heap {
namespace {

/// V8's own words for values that it does not spell out.
constexpr std::array kNoContent{"", "(concatenated string)", "(sliced string)", "heap number",
                                "bigint"};
constexpr std::string_view kValue = ") -> value (";
constexpr std::string_view kPair = ") pair in WeakMap (table @";

bool names_content(NodeType type) {
  switch (type) {
    case NodeType::string:
    case NodeType::cons_string:
    case NodeType::sliced_string:
    case NodeType::number:
    case NodeType::bigint:
    case NodeType::regexp:
      return true;
    default:
      return false;
  }
}

bool is_named_by_string(EdgeType type) {
  return type != EdgeType::element && type != EdgeType::hidden;
}

bool is_place_of_script(std::string_view text) {
  return text.starts_with('/') || text.starts_with("file:///");
}

/// Of strings: whether it may name a WeakMap's pair, however odd the names of key and value are.
std::vector<bool> find_pair_names(const HeapGraph& graph) {
  std::vector<bool> found(graph.string_count());
  for (std::uint32_t i = 0; i < graph.string_count(); ++i) {
    const std::string text = graph.text(StringIndex{i});
    found[i] = text.find(kPair) != std::string::npos && text.find(kValue) != std::string::npos;
  }
  return found;
}

/// The names of scripts and functions are strings of the heap too: a piece of code holds its own,
/// and a path is looked up in every module that was loaded from it.
void keep_names_of_code(const HeapGraph& graph, RedactPlan& plan) {
  std::vector<bool> is_script(graph.string_count());
  for (std::uint32_t i = 0; i < graph.node_count(); ++i) {
    const NodeIndex code{i};
    if (graph.type(code) != NodeType::code) continue;
    for (const EdgeIndex edge : graph.edges(code)) {
      const NodeIndex target = graph.target(edge);
      if (graph.type(target) != NodeType::string || graph.name(target) != graph.name(code))
        continue;
      plan.is_content[raw(target)] = false;
      if (is_place_of_script(graph.name_text(code))) is_script[raw(graph.name(code))] = true;
    }
  }
  for (std::uint32_t i = 0; i < graph.node_count(); ++i)
    if (graph.type(NodeIndex{i}) == NodeType::string && is_script[raw(graph.name(NodeIndex{i}))])
      plan.is_content[i] = false;
}

void keep_names_of_edges(const HeapGraph& graph, RedactPlan& plan) {
  const std::vector<bool> may_name_pair = find_pair_names(graph);
  for (std::uint32_t i = 0; i < graph.edge_count(); ++i) {
    const EdgeIndex edge{i};
    const EdgeType type = graph.edge_type(edge);
    if (!is_named_by_string(type)) continue;
    const std::uint32_t name = graph.edge_name_or_index(edge);
    const NodeIndex target = graph.target(edge);
    if (type == EdgeType::internal && may_name_pair[name] && names_content(graph.type(target)))
      plan.pairs.emplace(name, target);
    else
      plan.is_kept[name] = true;
  }
}

}  // namespace

RedactPlan plan_redaction(const HeapGraph& graph) {
  RedactPlan plan;
  plan.is_kept.resize(graph.string_count());
  plan.second.resize(graph.string_count());
  plan.is_content.resize(graph.node_count());
  for (std::uint32_t i = 0; i < graph.node_count(); ++i)
    plan.is_content[i] = names_content(graph.type(NodeIndex{i}));
  keep_names_of_code(graph, plan);
  for (std::uint32_t i = 0; i < graph.node_count(); ++i)
    if (!plan.is_content[i]) plan.is_kept[raw(graph.name(NodeIndex{i}))] = true;
  keep_names_of_edges(graph, plan);

  std::vector<bool> is_word(graph.string_count());
  for (const char* word : kNoContent)
    if (const auto index = graph.find_string(word)) {
      plan.is_kept[raw(*index)] = true;
      is_word[raw(*index)] = true;
    }
  for (std::uint32_t i = 0; i < graph.node_count(); ++i) {
    const std::uint32_t name = raw(graph.name(NodeIndex{i}));
    // Also of a pair's name, which is another text afterwards.
    const bool is_name = plan.is_kept[name] || plan.pairs.contains(name);
    if (!plan.is_content[i] || !is_name || is_word[name] || plan.second[name] != 0) continue;
    plan.second[name] = graph.string_count() + static_cast<std::uint32_t>(plan.added.size());
    plan.added.push_back(name);
  }
  return plan;
}

std::string redacted_content(const HeapGraph& graph, std::uint32_t string) {
  std::size_t characters = 0;
  for (const char c : graph.text(StringIndex{string}))
    characters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80 ? 1U : 0U;
  return "(string " + std::to_string(string) + ", " + std::to_string(characters) + " characters)";
}

std::string redacted_pair(const std::string& name, const std::string& content) {
  const std::size_t value = name.find(kValue);
  const std::size_t pair = name.rfind(kPair);
  if (value == std::string::npos || pair == std::string::npos || pair < value) return content;
  const std::size_t id = name.rfind(" @", pair);
  if (id == std::string::npos || id < value) return content;
  return name.substr(0, value + kValue.size()) + content + name.substr(id);
}

}  // namespace leakcheck::heap
