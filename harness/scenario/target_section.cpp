#include <fmt/format.h>

#include <system_error>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"

namespace leakcheck::scenario {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCommandHint = "write target: { command: [node, server.js] }";
constexpr std::string_view kNotInNames("= {}\0", 5);
constexpr int kMostOldSpaceMb = 1'048'576;

void read_cwd(Context& context, const Node& node, model::TargetSpec& spec) {
  const auto path = read_text(context, node, "target.cwd");
  if (!path) return;
  spec.cwd = resolve_path(node.place, *path);
  std::error_code error;
  if (context.chosen && !fs::is_directory(spec.cwd, error))
    context.problems.add(node.place, fmt::format("target.cwd {} is not a folder", in_quotes(*path)),
                         "the path is relative to this file's folder");
}

void read_node_flags(Context& context, const Node& node, model::TargetSpec& spec) {
  if (!node.is_list()) {
    context.problems.add(
        node.place, fmt::format("target.node.flags must be a list; this is {}", kind_name(node)),
        "write flags: [--enable-source-maps]");
    return;
  }
  for (const NodePtr& item : node.items) {
    auto flag = read_text(context, *item, "a flag");
    if (!flag) continue;
    if (!flag->starts_with('-'))
      context.problems.add(item->place,
                           fmt::format("{} is not a flag of Node.js", in_quotes(item->text)),
                           "flags begin with a dash: --enable-source-maps");
    spec.node_flags.push_back(std::move(*flag));
  }
}

void read_node_options(Context& context, const Node& node, model::TargetSpec& spec) {
  const Fields fields(context, node, "target.node", {"maxOldSpaceSize", "flags"});
  if (const Node* size = fields.find("maxOldSpaceSize"))
    spec.max_old_space_mb =
        read_int(context, *size, "target.node.maxOldSpaceSize", {16, kMostOldSpaceMb})
            .value_or(spec.max_old_space_mb);
  if (const Node* flags = fields.find("flags")) read_node_flags(context, *flags, spec);
}

void read_url(Context& context, const Node& node, model::TargetSpec& spec) {
  auto url = read_template(context, node, "target.url", Scope::target);
  if (!url) return;
  const auto* start = std::get_if<std::string>(&url->pieces.front());
  const bool http = start != nullptr && start->starts_with("http://");
  const bool https = start != nullptr && start->starts_with("https://");
  if (!http && !https)
    context.problems.add(node.place,
                         fmt::format("target.url {} is not a URL", in_quotes(node.text)),
                         "it begins with http:// or https://");
  else if (literal_text(*url).find_first_of(" \t\r\n?#") != std::string::npos)
    context.problems.add(
        node.place, fmt::format("target.url {} has a blank, \"?\" or \"#\"", in_quotes(node.text)),
        "give scheme, host and port; the rest belongs into the requests");
  spec.url = std::move(*url);
}

/// Source: unix(7): sun_path holds 108 bytes, the last of them NUL.
void read_socket_path(Context& context, const Node& node, model::TargetSpec& spec) {
  constexpr std::size_t longest = 107;
  const auto path = read_text(context, node, "target.socketPath");
  if (!path) return;
  spec.socket_path = resolve_path(node.place, *path);
  const std::string& whole = spec.socket_path.native();
  if (context.chosen && whole.size() > longest)
    context.problems.add(
        node.place,
        fmt::format("target.socketPath is {} bytes long as a whole path, {}", whole.size(),
                    in_quotes(whole)),
        fmt::format("Linux takes {}: put the socket into a folder nearer to /", longest));
}

void read_tls(Context& context, const Node& node, model::TargetSpec& spec) {
  const Fields fields(context, node, "target.tls", {"ca", "verify"});
  if (const Node* verify = fields.find("verify"))
    spec.tls.verify = read_bool(context, *verify, "target.tls.verify").value_or(true);
  const Node* ca = fields.find("ca");
  if (ca == nullptr) return;
  const auto path = read_text(context, *ca, "target.tls.ca");
  if (!path) return;
  spec.tls.ca_file = resolve_path(ca->place, *path);
  std::error_code error;
  if (context.chosen && !fs::is_regular_file(spec.tls.ca_file, error))
    context.problems.add(ca->place, fmt::format("there is no file {}", in_quotes(*path)),
                         "the path is relative to this file's folder");
}

}  // namespace

fs::path resolve_path(const Place& place, const std::string& path) {
  const fs::path folder = place.source ? place.source->path.parent_path() : fs::path();
  return (folder / path).lexically_normal();
}

std::vector<std::pair<std::string, Template>> read_env(Context& context, const Node& node,
                                                       const std::string& label) {
  std::vector<std::pair<std::string, Template>> env;
  if (!node.is_map()) {
    context.problems.add(node.place,
                         fmt::format("{} must be a map; this is {}", label, kind_name(node)),
                         "write env: { NAME: value }");
    return env;
  }
  for (const Entry& entry : node.entries) {
    if (entry.key.empty() || entry.key.find_first_of(kNotInNames) != std::string::npos)
      context.problems.add(
          entry.key_place,
          fmt::format("{} is not the name of an environment variable", in_quotes(entry.key)),
          "write env: { NAME: value }, without \"=\", blanks and brackets in the name");
    if (auto value = read_template(context, *entry.value, fmt::format("{}.{}", label, entry.key),
                                   Scope::target, true))
      env.emplace_back(entry.key, std::move(*value));
  }
  return env;
}

model::TargetSpec read_target(Context& context, const Node& node) {
  const Fields fields(context, node, "target",
                      {"command", "shell", "cwd", "env", "node", "url", "socketPath", "tls",
                       "ready", "stop", "countMalloc"});
  model::TargetSpec spec;
  if (const Node* shell = fields.find("shell"))
    spec.shell = read_bool(context, *shell, "target.shell").value_or(false);
  if (const Node* command = fields.require("command", kCommandHint))
    spec.command = read_command(context, *command, "target.command", spec.shell);
  if (const Node* cwd = fields.find("cwd")) read_cwd(context, *cwd, spec);
  if (const Node* env = fields.find("env")) spec.env = read_env(context, *env, "target.env");
  if (const Node* options = fields.find("node")) read_node_options(context, *options, spec);
  if (const Node* url = fields.find("url"))
    read_url(context, *url, spec);
  else
    spec.url.pieces = {std::string("http://127.0.0.1:"), Placeholder{"$port", {}}};
  if (const Node* socket = fields.find("socketPath")) read_socket_path(context, *socket, spec);
  if (const Node* tls = fields.find("tls")) read_tls(context, *tls, spec);
  if (const Node* ready = fields.find("ready")) spec.ready = read_ready(context, *ready);
  if (const Node* stop = fields.find("stop")) spec.stop = read_stop(context, *stop);
  if (const Node* count = fields.find("countMalloc"))
    spec.count_malloc = read_bool(context, *count, "target.countMalloc").value_or(true);
  return spec;
}

}  // namespace leakcheck::scenario
