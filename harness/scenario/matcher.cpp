#include "harness/scenario/matcher.hpp"

#include <fmt/format.h>

#include <utility>

#include "harness/scenario/pattern.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/yaml_number.hpp"

namespace leakcheck::scenario {
namespace {

constexpr const char* kHint = "write one of { equals: x }, { matches: ^x } and { exists: true }";

/// Numbers and booleans as JSON writes them: 0x10 is 16, as for every reader of YAML.
Node as_json(const Node& node) {
  Node out = node;
  if (!node.is_scalar() || !node.plain) return out;
  if (const auto number = to_json_number(node.text); number && !number->empty())
    out.text = *number;
  else if (node.text == "True" || node.text == "TRUE")
    out.text = "true";
  else if (node.text == "False" || node.text == "FALSE")
    out.text = "false";
  return out;
}

std::optional<model::Matcher> read_equals(Context& context, const Node& node,
                                          const std::string& label) {
  auto value = read_template(context, as_json(node), label, Scope::request, true);
  if (!value) return std::nullopt;
  model::Matcher matcher;
  matcher.value = std::move(*value);
  return matcher;
}

}  // namespace

std::optional<model::Matcher> read_matcher_of(Context& context, const Fields& fields) {
  std::string key;
  for (const std::string& each : kMatcherKeys) {
    if (fields.find(each) == nullptr) continue;
    if (!key.empty()) {
      context.problems.add(fields.place(each),
                           fmt::format("{} has {} and {}", fields.where(), key, each),
                           "keep one of them");
      return std::nullopt;
    }
    key = each;
  }
  if (key.empty()) {
    if (fields.is_map())
      context.problems.add(fields.place(""),
                           fmt::format("{} has none of {}", fields.where(), join(kMatcherKeys)),
                           kHint);
    return std::nullopt;
  }
  const Node& node = *fields.find(key);
  const std::string label = fields.label(key);
  if (key == "equals") return read_equals(context, node, label);
  model::Matcher matcher;
  if (key == "exists") {
    const auto wanted = read_bool(context, node, label);
    matcher.kind = model::Matcher::Kind::exists;
    matcher.wanted = wanted.value_or(true);
    return wanted ? std::optional(std::move(matcher)) : std::nullopt;
  }
  auto pattern = read_pattern(context, node, label);
  if (!pattern) return std::nullopt;
  matcher.kind = model::Matcher::Kind::matches;
  matcher.pattern = std::move(*pattern);
  return matcher;
}

std::optional<model::Matcher> read_matcher(Context& context, const Node& node,
                                           const std::string& where) {
  if (!node.is_map()) return read_equals(context, node, where);
  return read_matcher_of(context, Fields(context, node, where, kMatcherKeys));
}

}  // namespace leakcheck::scenario
