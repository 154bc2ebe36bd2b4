#include <fmt/format.h>

#include <regex>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"

namespace leakcheck::scenario {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

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
  const bool is_word = tcp.is_scalar() && tcp.plain && !tcp.text.empty() &&
                       tcp.text.find_first_not_of("0123456789-") != std::string::npos;
  if (!is_word) {
    probe.port = read_int(context, tcp, "target.ready.tcp", {1, 65535});
  } else if (read_bool(context, tcp, "target.ready.tcp") == false) {
    context.problems.add(tcp.place, "target.ready.tcp is true or a port", kProbeHint);
  }
  return probe;
}

model::LogReady read_log(Context& context, const Node& log) {
  model::LogReady probe;
  auto pattern = read_text(context, log, "target.ready.log");
  if (!pattern) return probe;
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
  if (probes == 0 && fields.is_map() && context.chosen)
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
