#include "harness/scenario/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "harness/scenario/document.hpp"
#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/units.hpp"
#include "harness/scenario/yaml_number.hpp"

namespace leakcheck::scenario {
namespace {

constexpr std::size_t kMostProfiles = 64;
constexpr std::ptrdiff_t kLongestName = 200;

void read_version(Context& context, const Fields& fields) {
  const Node* version = fields.require("version", "write version: 1 in the first line");
  if (version == nullptr) return;
  if (!version->is_scalar() || !version->plain || parse_whole_number(version->text) != 1)
    context.problems.add(
        version->place,
        fmt::format("version must be 1; this is {}",
                    version->is_scalar() ? in_quotes(version->text) : kind_name(*version)),
        version->is_scalar() && version->text == "1" ? "write it without quotes"
                                                     : "write version: 1");
}

std::string read_name(Context& context, const Fields& fields, std::string otherwise) {
  const Node* node = fields.find("name");
  if (node == nullptr) return otherwise;
  auto name = read_text(context, *node, "name");
  if (!name) return otherwise;
  const bool has_control = std::any_of(name->begin(), name->end(),
                                       [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  const auto characters = std::count_if(name->begin(), name->end(),
                                        [](unsigned char c) { return (c & 0xC0U) != 0x80U; });
  if (has_control || characters > kLongestName || name->find_first_not_of(' ') == std::string::npos)
    context.problems.add(node->place, fmt::format("{} is no good name", in_quotes(*name)),
                         fmt::format("one line of at most {} characters", kLongestName));
  return std::move(*name);
}

model::Mode read_mode(Context& context, const Node& node) {
  using model::Mode;
  constexpr std::array modes = {Mode::automatic, Mode::quiet, Mode::freeze, Mode::native};
  const auto index = read_choice(context, node, "mode", {"auto", "quiet", "freeze", "native"});
  return index ? modes[*index] : Mode::automatic;
}

/// What k6 has no default for and every run needs: a load that fails proves nothing.
void add_default_threshold(std::vector<model::Threshold>& thresholds) {
  using Metric = model::Threshold::Metric;
  const bool has_own = std::any_of(thresholds.begin(), thresholds.end(), [](const auto& each) {
    return each.metric == Metric::http_req_failed && each.step.empty();
  });
  if (!has_own)
    thresholds.insert(thresholds.begin(), *parse_threshold(Metric::http_req_failed, "rate<0.01"));
}

/// A proxy opens a TCP connection of its own.
void check_way(Context& context, const Fields& fields) {
  const Node* target = fields.find("target");
  const Node* load = fields.find("load");
  if (target == nullptr || load == nullptr || !target->is_map() || !load->is_map()) return;
  const Entry* proxy = find_entry(*load, "proxy");
  if (proxy != nullptr && find_entry(*target, "socketPath") != nullptr)
    context.problems.add(proxy->key_place, "load.proxy cannot reach target.socketPath",
                         "remove one of them: a proxy connects over TCP");
}

/// A budget for what the scenario says is not to be counted could never be judged.
void check_native(Context& context, const Fields& fields, const model::TargetSpec& target) {
  const Node* budgets = fields.find("budgets");
  if (target.count_malloc || budgets == nullptr || !budgets->is_map()) return;
  if (const Entry* native = find_entry(*budgets, "native"))
    context.problems.add(native->key_place, "budgets.native with target.countMalloc: false",
                         "remove one of them: without countMalloc native memory is not known");
}

model::Scenario read_scenario(Context& context, const Document& document, const Node& root) {
  const Fields fields(
      context, root, "the scenario",
      {"version", "name", "extends", "profiles", "mode", "target", "payload", "load", "budgets",
       "thresholds", "reporters", "suspects", "snapshots", "ignore"});
  model::Scenario scenario;
  scenario.mode = model::Mode::automatic;
  scenario.file = document.source->path;
  read_version(context, fields);
  scenario.name = read_name(context, fields, document.source->path.stem().string());
  if (const Node* mode = fields.find("mode")) scenario.mode = read_mode(context, *mode);
  if (const Node* target = fields.require("target", "write target: { command: [node, server.js] }"))
    scenario.target = read_target(context, *target);
  if (scenario.target.cwd.empty()) scenario.target.cwd = document.source->path.parent_path();
  if (const Node* payload = fields.find("payload"))
    scenario.payload = read_payload(context, *payload);
  if (const Node* load = fields.require("load", "write load: { flows: [{ steps: [{ get: / }] }] }"))
    scenario.load = read_load(context, *load);
  check_way(context, fields);
  if (const Node* budgets = fields.find("budgets"))
    scenario.budgets = read_budgets(context, *budgets);
  check_native(context, fields, scenario.target);
  if (const Node* thresholds = fields.find("thresholds"))
    scenario.thresholds = read_thresholds(context, *thresholds);
  add_default_threshold(scenario.thresholds);
  if (const Node* reporters = fields.find("reporters"))
    scenario.reporters = read_reporters(context, *reporters);
  else
    scenario.reporters = {model::ReporterSpec{}};
  if (const Node* suspects = fields.find("suspects"))
    scenario.suspects = read_suspects(context, *suspects, scenario.target.shell);
  if (const Node* snapshots = fields.find("snapshots"))
    scenario.snapshots = read_snapshots(context, *snapshots);
  if (const Node* ignore = fields.find("ignore")) scenario.ignore = read_ignore(context, *ignore);
  return scenario;
}

void refuse_keys_of_profile(const Entry& profile, Problems& problems) {
  for (const char* key : {"version", "extends", "profiles"})
    if (const Entry* entry = find_entry(*profile.value, key))
      problems.add(entry->key_place, fmt::format("\"{}\" cannot be in a profile", key),
                   "write it beside profiles");
}

/// The profile laid over the rest; without the keys that a profile cannot have.
NodePtr with_profile(const Document& document, const Entry& profile) {
  auto own = std::make_shared<Node>(*profile.value);
  std::erase_if(own->entries, [](const Entry& entry) {
    return entry.key == "version" || entry.key == "extends" || entry.key == "profiles";
  });
  // A place inside a profile says little about what is missing in the whole.
  own->place = document.root->place;
  return merge(document.root, own);
}

/// Checks the profiles that were not asked for, so that a mistake shows before the weekly job does.
void check_other_profiles(const Document& document, const ReadOptions& options,
                          Problems& problems) {
  for (const Entry& profile : document.profiles) {
    refuse_keys_of_profile(profile, problems);
    if (profile.key.empty())
      problems.add(profile.key_place, "a profile has no name", "give it one for --profile");
    else if (profile.key == options.profile)
      continue;
    Context context{problems, options, false};
    read_scenario(context, document, *with_profile(document, profile));
  }
}

void refuse_unknown_profile(const Document& document, const std::string& wanted,
                            Problems& problems) {
  std::vector<std::string> names;
  for (const Entry& profile : document.profiles) names.push_back(profile.key);
  std::string hint = "the scenario has no profiles";
  if (!names.empty()) {
    const std::string closest = suggest(wanted, names, "profiles");
    const std::string all = "profiles: " + join(names);
    hint = closest.starts_with("did you mean") ? closest + " " + all : all;
  }
  problems.add(document.profiles_place, fmt::format("unknown profile {}", in_quotes(wanted)), hint);
}

}  // namespace

tl::expected<model::Scenario, std::vector<Problem>> load_scenario(const std::filesystem::path& path,
                                                                  const ReadOptions& options) {
  Problems problems;
  const Document document = load_document(path, options, problems);
  if (!document.root) return tl::make_unexpected(problems.take());
  NodePtr root = document.root;
  if (!options.profile.empty()) {
    const auto chosen =
        std::find_if(document.profiles.begin(), document.profiles.end(),
                     [&](const Entry& profile) { return profile.key == options.profile; });
    if (chosen == document.profiles.end())
      refuse_unknown_profile(document, options.profile, problems);
    else
      root = with_profile(document, *chosen);
  }
  Context context{problems, options, true, document.whole};
  model::Scenario scenario = read_scenario(context, document, *root);
  scenario.profile = options.profile;
  if (document.profiles.size() > kMostProfiles)
    problems.add(document.profiles_place,
                 fmt::format("there are more than {} profiles", kMostProfiles),
                 "put some of them into files of their own, with extends");
  else
    check_other_profiles(document, options, problems);
  if (!problems.empty()) return tl::make_unexpected(problems.take());
  return scenario;
}

}  // namespace leakcheck::scenario
