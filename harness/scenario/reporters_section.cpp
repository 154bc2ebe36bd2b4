#include <fmt/format.h>

#include <set>
#include <system_error>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/unsupported.hpp"

namespace leakcheck::scenario {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHint = "write reporters: [console, { json: run.json }, { junit: leak.xml }]";

const std::vector<std::string> kReporters = {"console", "json", "junit"};
const std::vector<std::string> kDialects = {"default", "jenkins", "ant"};

/// Reports go where leakcheck is called, as in every CI: not beside the scenario.
std::optional<fs::path> read_path(Context& context, const Node& node, const std::string& label) {
  const auto path = read_text(context, node, label);
  if (!path) return std::nullopt;
  std::error_code error;
  return fs::absolute(*path, error).lexically_normal();
}

std::optional<model::ReporterSpec> read_junit(Context& context, const Node& node) {
  model::ReporterSpec reporter{model::ReporterSpec::Kind::junit, {}, "default"};
  std::optional<fs::path> path;
  if (!node.is_map()) {
    path = read_path(context, node, "the path of junit");
  } else {
    const Fields fields(context, node, "junit", {"path", "dialect"});
    if (const Node* dialect = fields.find("dialect"))
      if (const auto index = read_choice(context, *dialect, "junit.dialect", kDialects))
        reporter.dialect = kDialects[*index];
    if (const Node* at = fields.require_here("path", "write junit: { path: leak.xml }"))
      path = read_path(context, *at, "junit.path");
  }
  if (!path) return std::nullopt;
  reporter.path = std::move(*path);
  return reporter;
}

std::optional<model::ReporterSpec> read_word(Context& context, const Node& node) {
  const auto word = read_text(context, node, "a reporter");
  if (!word) return std::nullopt;
  if (*word == "console") return model::ReporterSpec{};
  if (*word == "json" || *word == "junit")
    context.problems.add(node.place, fmt::format("the reporter {} has no path", *word),
                         fmt::format("write {{ {}: path }}", *word));
  else if (!refuse_unsupported(context.problems, "a reporter", *word, node.place))
    context.problems.add(node.place, fmt::format("unknown reporter {}", in_quotes(*word)),
                         suggest(*word, kReporters, "reporters"));
  return std::nullopt;
}

std::optional<model::ReporterSpec> read_reporter(Context& context, const Node& node) {
  if (!node.is_map()) return read_word(context, node);
  if (const Entry* console = find_entry(node, "console")) {
    context.problems.add(console->key_place, "the reporter console takes nothing",
                         "write it alone: [console]");
    return std::nullopt;
  }
  const Fields fields(context, node, "a reporter", {"json", "junit"});
  const Node* json = fields.find("json");
  const Node* junit = fields.find("junit");
  if (json != nullptr && junit != nullptr) {
    context.problems.add(fields.place("junit"), "a reporter is json or junit; this one is both",
                         "start each with its own \"-\"");
    return std::nullopt;
  }
  if (junit != nullptr) return read_junit(context, *junit);
  if (json != nullptr) {
    auto path = read_path(context, *json, "the path of json");
    if (path)
      return model::ReporterSpec{model::ReporterSpec::Kind::json, std::move(*path), "default"};
  } else if (node.entries.empty()) {
    context.problems.add(node.place, "a reporter is empty", kHint);
  }
  return std::nullopt;
}

}  // namespace

std::vector<model::ReporterSpec> read_reporters(Context& context, const Node& node) {
  std::vector<model::ReporterSpec> reporters;
  if (!node.is_list()) {
    context.problems.add(
        node.place, fmt::format("reporters must be a list; this is {}", kind_name(node)), kHint);
    return reporters;
  }
  std::set<fs::path> paths;
  for (const NodePtr& item : node.items) {
    auto reporter = read_reporter(context, *item);
    if (!reporter) continue;
    if (!paths.insert(reporter->path).second)
      context.problems.add(
          item->place,
          reporter->path.empty() ? "console is listed twice" : "two reporters write the same file",
          "remove one of the two");
    reporters.push_back(std::move(*reporter));
  }
  return reporters;
}

}  // namespace leakcheck::scenario
