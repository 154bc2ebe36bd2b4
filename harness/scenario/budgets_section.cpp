#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/growth_limit.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/yaml_number.hpp"

namespace leakcheck::scenario {
namespace {

using model::Budget;
using model::Quantity;

constexpr std::array kQuantities = {Quantity::heap_used, Quantity::heap_total,
                                    Quantity::external,  Quantity::array_buffers,
                                    Quantity::rss,       Quantity::native};

/// Empty when the quantity takes limits of this kind.
std::string why_not(Quantity quantity, Budget::Kind kind) {
  if (quantity == Quantity::native && kind == Budget::Kind::max)
    return "native memory is read after collections, not in between, so its highest is not known";
  if (kind == Budget::Kind::max || model::is_judged(quantity)) return "";
  if (quantity == Quantity::rss)
    return "the rss of healthy services grows by kilobytes per request, so it takes max only";
  return "V8 reserves its heap in steps, leak or no leak, so heapTotal takes max only";
}

std::string what_instead(Quantity quantity) {
  if (quantity == Quantity::native)
    return "write native: { perRequest: 64B }, and limit the highest reading of rss";
  return fmt::format("write {}: {{ max: 320MB }}, and limit heapUsed or external",
                     model::to_string(quantity));
}

/// False, with a problem, when the quantity takes no limit of this kind.
bool takes_limit(Context& context, const Fields& fields, Quantity quantity, const std::string& key,
                 Budget::Kind kind) {
  const std::string reason = why_not(quantity, kind);
  if (reason.empty()) return true;
  context.problems.add(fields.place(key),
                       fmt::format("{} cannot be limited: {}", fields.label(key), reason),
                       what_instead(quantity));
  return false;
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
  if (node == nullptr || !takes_limit(context, fields, quantity, key, kind)) return;
  const auto text = read_text(context, *node, fields.label(key));
  if (!text) return;
  const auto limit = read_size(context, *node, fields.label(key), *text);
  if (limit) out.push_back({quantity, kind, *limit, *text});
}

void read_growth(Context& context, const Fields& fields, Quantity quantity,
                 std::vector<Budget>& out) {
  // Of `over` and `at` without growth, rss and heapTotal say no more than that they take max only.
  for (const char* key : {"growth", "over", "at"})
    if (fields.find(key) != nullptr &&
        !takes_limit(context, fields, quantity, key, Budget::Kind::growth_percent))
      return;
  auto limit = read_growth_limit(context, fields);
  if (!limit) return;
  limit->quantity = quantity;
  out.push_back(std::move(*limit));
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
    const Fields fields(context, *limits, "budgets." + name,
                        {"growth", "over", "at", "perRequest", "max"});
    if (fields.is_map() && limits->entries.empty())
      context.problems.add(
          limits->place, fmt::format("budgets.{} has no limit", name),
          model::is_judged(quantity) ? "write { perRequest: 64B }" : "write { max: 320MB }");
    read_growth(context, fields, quantity, budgets);
    read_limit(context, fields, quantity, "perRequest", Budget::Kind::per_request, budgets);
    read_limit(context, fields, quantity, "max", Budget::Kind::max, budgets);
  }
  return budgets;
}

}  // namespace leakcheck::scenario
