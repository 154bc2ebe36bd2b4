#include "harness/scenario/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/scenario/unsupported.hpp"

namespace leakcheck::scenario {

Fields::Fields(Context& context, const Node& node, std::string where,
               const std::vector<std::string>& known)
    : context_(context), node_(node), where_(std::move(where)) {
  if (!node.is_map()) {
    context.problems.add(node.place,
                         fmt::format("{} must be a map; this is {}", where_, kind_name(node)),
                         known.empty() ? "" : "keys: " + join(known));
    return;
  }
  for (const Entry& entry : node.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    if (refuse_unsupported(context.problems, where_, entry.key, entry.key_place)) continue;
    context.problems.add(entry.key_place,
                         fmt::format("unknown key {} in {}", in_quotes(entry.key), where_),
                         suggest(entry.key, known, "keys"));
  }
}

const Node* Fields::find(std::string_view key) const {
  if (!node_.is_map()) return nullptr;
  const Entry* entry = find_entry(node_, key);
  return entry == nullptr ? nullptr : entry->value.get();
}

Place Fields::place(std::string_view key) const {
  const Entry* entry = node_.is_map() ? find_entry(node_, key) : nullptr;
  return entry == nullptr ? node_.place : entry->key_place;
}

std::string Fields::label(std::string_view key) const {
  if (where_ == "the scenario") return std::string(key);
  if (where_.find(' ') != std::string::npos) return fmt::format("\"{}\" of {}", key, where_);
  return fmt::format("{}.{}", where_, key);
}

const Node* Fields::require(std::string_view key, const std::string& hint) const {
  return context_.knows_all_keys() ? require_here(key, hint) : find(key);
}

const Node* Fields::require_here(std::string_view key, const std::string& hint) const {
  const Node* found = find(key);
  if (found == nullptr && is_map())
    context_.problems.add(node_.place, fmt::format("{} is missing", label(key)), hint);
  return found;
}

}  // namespace leakcheck::scenario
