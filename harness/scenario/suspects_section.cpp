#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"

namespace leakcheck::scenario {
namespace {

constexpr std::size_t kMostSuspects = 16;  // each is a run of its own
constexpr std::size_t kLongestName = 214;  // Source: npm, package.json, "name"
constexpr const char* kHint =
    "write suspects: [sharp, \"@scope/name\", ./lib/cache.js, { module: pdf, env: { NAME: value } "
    "}]";

/// Old packages have capitals in their names, which npm takes for new ones no longer.
bool is_part_of_name(std::string_view part) {
  constexpr std::string_view others = "-._~";
  return !part.empty() && part.front() != '.' && part.front() != '_' &&
         std::all_of(part.begin(), part.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  others.find(c) != std::string_view::npos;
         });
}

/// A package, with or without its scope, or a path that begins with "./" or "../".
bool is_module(std::string_view name) {
  if (name.starts_with("./") || name.starts_with("../"))
    return !name.ends_with('/') && name.find('\\') == std::string_view::npos &&
           std::none_of(name.begin(), name.end(),
                        [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (name.size() > kLongestName) return false;
  if (!name.starts_with('@')) return is_part_of_name(name);
  const auto slash = name.find('/');
  return slash != std::string_view::npos && is_part_of_name(name.substr(1, slash - 1)) &&
         is_part_of_name(name.substr(slash + 1));
}

std::optional<std::string> read_module(Context& context, const Node& node) {
  auto name = read_text(context, node, "the module of a suspect");
  if (!name || is_module(*name)) return name;
  context.problems.add(node.place, fmt::format("{} is not the name of a module", in_quotes(*name)),
                       "write it as in package.json: sharp, \"@scope/name\"; or a path that begins "
                       "with ./");
  return std::nullopt;
}

std::optional<model::Suspect> read_suspect(Context& context, const Node& node, bool shell) {
  model::Suspect suspect;
  if (node.is_scalar()) {
    auto name = read_module(context, node);
    if (!name) return std::nullopt;
    suspect.module = std::move(*name);
    return suspect;
  }
  const Fields fields(context, node, "a suspect", {"module", "env", "command"});
  const Node* module = fields.require_here("module", "write { module: sharp }");
  if (module == nullptr) return std::nullopt;
  if (const Node* env = fields.find("env")) {
    if (env->is_map() && env->entries.empty())
      context.problems.add(env->place, "the env of a suspect is empty",
                           "name a variable that keeps the module from being used, or leave env "
                           "out: an inert stand-in then takes its place");
    suspect.env = read_env(context, *env, "suspects.env");
  }
  if (const Node* command = fields.find("command"))
    suspect.command = read_command(context, *command, "suspects.command", shell);
  auto name = read_module(context, *module);
  if (!name) return std::nullopt;
  suspect.module = std::move(*name);
  return suspect;
}

bool is_plain(const model::Suspect& suspect) {
  return suspect.env.empty() && suspect.command.empty();
}

}  // namespace

std::vector<model::Suspect> read_suspects(Context& context, const Node& node, bool shell) {
  std::vector<model::Suspect> suspects;
  if (!node.is_list()) {
    context.problems.add(
        node.place, fmt::format("suspects must be a list of modules; this is {}", kind_name(node)),
        kHint);
    return suspects;
  }
  if (node.items.size() > kMostSuspects) {
    context.problems.add(
        node.place,
        fmt::format("there are {} suspects, more than {}", node.items.size(), kMostSuspects),
        "each is a run of its own: keep the likely ones");
    return suspects;
  }
  for (const NodePtr& item : node.items) {
    auto suspect = read_suspect(context, *item, shell);
    if (!suspect) continue;
    const auto same = [&](const model::Suspect& each) {
      return is_plain(each) && is_plain(*suspect) && each.module == suspect->module;
    };
    if (std::any_of(suspects.begin(), suspects.end(), same))
      context.problems.add(item->place,
                           fmt::format("{} is suspected twice", in_quotes(suspect->module)),
                           "remove one of them");
    suspects.push_back(std::move(*suspect));
  }
  return suspects;
}

}  // namespace leakcheck::scenario
