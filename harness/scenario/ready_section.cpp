#include <fmt/format.h>

#include <regex>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/yaml_number.hpp"

namespace leakcheck::scenario {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::size_t kLongestPattern = 500;
constexpr const char* kProbeHint = "write ready: { get: /healthz }, { tcp: true } or { log: text }";

model::HttpReady read_http(Context& context, const Fields& fields, const Node& get) {
  model::HttpReady probe;
  if (auto path = read_text(context, get, "target.ready.get")) {
    if (!path->starts_with('/') || path->find_first_of(" \t\r\n") != std::string::npos)
      context.problems.add(get.place, fmt::format("{} is not a path", in_quotes(get.text)),
                           "it begins with \"/\" and has no blanks: /healthz");
    probe.path = std::move(*path);
  }
  if (const Node* status = fields.find("statusCode"))
    probe.status_code = read_int(context, *status, "target.ready.statusCode", {100, 599});
  return probe;
}

model::TcpReady read_tcp(Context& context, const Node& tcp) {
  model::TcpReady probe;
  if (tcp.is_scalar() && tcp.plain &&
      (tcp.text == "true" || tcp.text == "True" || tcp.text == "TRUE"))
    return probe;
  if (tcp.is_scalar() && (parse_whole_number(tcp.text) || uses_environment(tcp)))
    probe.port = read_int(context, tcp, "target.ready.tcp", {1, 65535});
  else
    context.problems.add(tcp.place,
                         fmt::format("target.ready.tcp must be true or a port; this is {}",
                                     tcp.is_scalar() ? in_quotes(tcp.text) : kind_name(tcp)),
                         "write tcp: true for the port of target.url");
  return probe;
}

model::LogReady read_log(Context& context, const Node& log) {
  model::LogReady probe;
  auto pattern = read_text(context, log, "target.ready.log");
  if (!pattern) return probe;
  if (pattern->size() > kLongestPattern) {  // compiling one takes stack for each bracket
    context.problems.add(log.place,
                         fmt::format("target.ready.log is longer than {} bytes", kLongestPattern),
                         "look for a few words of the line");
    return probe;
  }
  try {
    const std::regex compiled(*pattern, std::regex::ECMAScript);
  } catch (const std::regex_error& error) {
    context.problems.add(
        log.place, fmt::format("{} is not a regular expression", in_quotes(log.text)),
        fmt::format("{}; write \\ before a character that is meant as it is", error.what()));
  }
  probe.pattern = std::move(*pattern);
  return probe;
}

}  // namespace

model::Ready read_ready(Context& context, const Node& node) {
  const Fields fields(context, node, "target.ready",
                      {"get", "statusCode", "tcp", "log", "timeout"});
  model::Ready ready;
  const Node* get = fields.find("get");
  const Node* tcp = fields.find("tcp");
  const Node* log = fields.find("log");
  const int probes = (get != nullptr) + (tcp != nullptr) + (log != nullptr);
  if (probes > 1)
    context.problems.add(fields.place(get != nullptr && tcp != nullptr ? "tcp" : "log"),
                         "target.ready has more than one of get, tcp and log", "keep one");
  if (probes == 0 && fields.is_map() && context.knows_all_keys())
    context.problems.add(node.place, "target.ready has none of get, tcp and log", kProbeHint);
  if (get == nullptr && fields.find("statusCode") != nullptr)
    context.problems.add(fields.place("statusCode"), "statusCode belongs to get", kProbeHint);
  if (get != nullptr)
    ready.probe = read_http(context, fields, *get);
  else if (tcp != nullptr)
    ready.probe = read_tcp(context, *tcp);
  else if (log != nullptr)
    ready.probe = read_log(context, *log);
  if (const Node* timeout = fields.find("timeout"))
    ready.timeout =
        read_duration(context, *timeout, "target.ready.timeout", {milliseconds(100), hours(1)})
            .value_or(ready.timeout);
  return ready;
}

model::Stop read_stop(Context& context, const Node& node) {
  // SIGUSR1 is not among them: it opens the inspector of Node.js.
  static const std::vector<std::string> names = {"SIGTERM", "SIGINT",  "SIGHUP",
                                                 "SIGQUIT", "SIGUSR2", "SIGKILL"};
  static const std::vector<int> numbers = {15, 2, 1, 3, 12, 9};
  const Fields fields(context, node, "target.stop", {"signal", "timeout"});
  model::Stop stop;
  if (const Node* signal = fields.find("signal"))
    if (const auto index = read_choice(context, *signal, "target.stop.signal", names))
      stop.signal = numbers[*index];
  if (const Node* timeout = fields.find("timeout"))
    stop.timeout =
        read_duration(context, *timeout, "target.stop.timeout", {milliseconds(0), hours(1)})
            .value_or(stop.timeout);
  return stop;
}

}  // namespace leakcheck::scenario
