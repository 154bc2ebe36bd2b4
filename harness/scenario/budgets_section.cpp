#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/units.hpp"
#include "harness/scenario/yaml_number.hpp"

namespace leakcheck::scenario {
namespace {

using model::Budget;
using model::Quantity;

constexpr std::array kQuantities = {Quantity::heap_used, Quantity::heap_total, Quantity::external,
                                    Quantity::array_buffers, Quantity::rss};

bool is_judged(Quantity quantity) {
  return std::find(model::kJudged.begin(), model::kJudged.end(), quantity) != model::kJudged.end();
}

std::string why_not_judged(Quantity quantity) {
  if (quantity == Quantity::rss)
    return "the rss of healthy services grows by kilobytes per request, so it takes max only";
  return "V8 reserves its heap in steps, leak or no leak, so heapTotal takes max only";
}

std::optional<double> read_percent(Context& context, const Node& node, const std::string& label,
                                   const std::string& text) {
  const auto percent = parse_percent(text);
  if (!percent)
    context.problems.add(
        node.place, fmt::format("{} must be a percentage; this is {}", label, in_quotes(node.text)),
        "write 15%");
  return percent;
}

std::optional<double> read_size(Context& context, const Node& node, const std::string& label,
                                const std::string& text) {
  const auto number = node.plain ? to_json_number(text) : std::nullopt;
  const auto bytes = parse_bytes(number && !number->empty() ? *number : text);
  if (!bytes) {
    context.problems.add(node.place, bytes.error().message, bytes.error().hint);
    return std::nullopt;
  }
  if (bytes->count < 1) {
    context.problems.add(
        node.place, fmt::format("{} must be at least 1 B; this is {}", label, in_quotes(node.text)),
        "no measurement is exact enough for nothing at all: leave the limit out, and the verdict "
        "uses its own");
    return std::nullopt;
  }
  return static_cast<double>(bytes->count);
}

void read_limit(Context& context, const Fields& fields, Quantity quantity, const std::string& key,
                Budget::Kind kind, std::vector<Budget>& out) {
  const Node* node = fields.find(key);
  if (node == nullptr) return;
  if (kind != Budget::Kind::max && !is_judged(quantity)) {
    context.problems.add(
        fields.place(key),
        fmt::format("{} cannot be limited: {}", fields.label(key), why_not_judged(quantity)),
        fmt::format("write {}: {{ max: 320MB }}, and limit heapUsed or external",
                    model::to_string(quantity)));
    return;
  }
  const auto text = read_text(context, *node, fields.label(key));
  if (!text) return;
  const auto limit = kind == Budget::Kind::growth_percent
                         ? read_percent(context, *node, fields.label(key), *text)
                         : read_size(context, *node, fields.label(key), *text);
  if (limit) out.push_back({quantity, kind, *limit, *text});
}

}  // namespace

std::vector<Budget> read_budgets(Context& context, const Node& node) {
  std::vector<std::string> names;
  names.reserve(kQuantities.size());
  for (const Quantity quantity : kQuantities) names.emplace_back(model::to_string(quantity));
  const Fields quantities(context, node, "budgets", names);
  std::vector<Budget> budgets;
  for (const Quantity quantity : kQuantities) {
    const std::string name(model::to_string(quantity));
    const Node* limits = quantities.find(name);
    if (limits == nullptr) continue;
    const Fields fields(context, *limits, "budgets." + name, {"growth", "perRequest", "max"});
    if (fields.is_map() && limits->entries.empty())
      context.problems.add(
          limits->place, fmt::format("budgets.{} has no limit", name),
          is_judged(quantity) ? "write { perRequest: 64B }" : "write { max: 320MB }");
    read_limit(context, fields, quantity, "growth", Budget::Kind::growth_percent, budgets);
    read_limit(context, fields, quantity, "perRequest", Budget::Kind::per_request, budgets);
    read_limit(context, fields, quantity, "max", Budget::Kind::max, budgets);
  }
  return budgets;
}

}  // namespace leakcheck::scenario
