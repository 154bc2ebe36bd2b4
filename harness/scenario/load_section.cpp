#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/headers.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/yaml_number.hpp"

namespace leakcheck::scenario {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr int kMostRequests = 10'000'000;
constexpr int kLeastMin = 6;      // nothing is decided before 12 cycles, whatever it says
constexpr int kLeastCycles = 12;  // with fewer, no rule of the verdict can answer
constexpr int kMostCycles = 10'000;
constexpr std::int64_t kMostKeys = 1'000'000'000'000;
constexpr const char* kFlowHint = "write load: { flows: [{ name: home, steps: [{ get: / }] }] }";

model::Warmup read_warmup(Context& context, const Node& node) {
  const Fields fields(context, node, "load.warmup", {"requests", "until", "max"});
  model::Warmup warmup;
  if (const Node* requests = fields.find("requests"))
    warmup.requests =
        read_int(context, *requests, "load.warmup.requests", {1, kMostRequests}).value_or(0);
  if (const Node* until = fields.find("until"))
    warmup.until_settled =
        read_choice(context, *until, "load.warmup.until", {"settled"}).has_value();
  if (const Node* max = fields.find("max"))
    warmup.max = read_duration(context, *max, "load.warmup.max", {milliseconds(1), hours(24)})
                     .value_or(warmup.max);
  return warmup;
}

model::Cycles read_cycles(Context& context, const Node& node) {
  const Fields fields(context, node, "load.cycles", {"requests", "min", "max"});
  model::Cycles cycles;
  if (const Node* requests = fields.find("requests")) {
    cycles.requests = read_int(context, *requests, "load.cycles.requests", {1, kMostRequests})
                          .value_or(cycles.requests);
    cycles.follow_collection = false;
  }
  const Node* min_node = fields.find("min");
  const Node* max_node = fields.find("max");
  std::optional<int> min;
  std::optional<int> max;
  if (min_node != nullptr)
    min = read_int(context, *min_node, "load.cycles.min", {kLeastMin, kMostCycles});
  if (max_node != nullptr)
    max = read_int(context, *max_node, "load.cycles.max", {kLeastCycles, kMostCycles});
  if (min && max && *min > *max)
    context.problems.add(
        max_node->place,
        fmt::format("load.cycles.max is {}, less than load.cycles.min, {}", *max, *min),
        "raise max or lower min");
  // One of the two alone moves the default of the other where they would cross.
  cycles.min = min.value_or(std::min(cycles.min, max.value_or(cycles.max)));
  cycles.max = max.value_or(std::max(cycles.max, cycles.min));
  return cycles;
}

/// Reads into `out`, which keeps its value when that fails.
void take_duration(Context& context, const Fields& fields, const char* key,
                   Range<milliseconds> range, milliseconds& out) {
  if (const Node* node = fields.find(key))
    out = read_duration(context, *node, fields.label(key), range).value_or(out);
}

bool is_proxy(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://", "socks5://", "socks5h://"})
    if (url.starts_with(scheme))
      return url.size() > scheme.size() && url.find_first_of(" \t\r\n?#") == std::string_view::npos;
  return false;
}

void read_proxy(Context& context, const Node& node, model::LoadSpec& load) {
  auto url = read_text(context, node, "load.proxy");
  if (!url) return;
  if (!is_proxy(*url))
    context.problems.add(node.place,
                         fmt::format("load.proxy {} is not the URL of a proxy", in_quotes(*url)),
                         "write http://127.0.0.1:3128; https, socks5 and socks5h work too");
  load.proxy = std::move(*url);
}

/// How requests get to the service.
void read_connections(Context& context, const Fields& fields, model::LoadSpec& load) {
  using Cookies = model::LoadSpec::Cookies;
  constexpr std::array cookies = {Cookies::iteration, Cookies::user, Cookies::off};
  if (const Node* keep_alive = fields.find("keepAlive"))
    load.keep_alive = read_bool(context, *keep_alive, "load.keepAlive").value_or(true);
  if (const Node* most = fields.find("requestsPerConnection")) {
    load.requests_per_connection =
        read_int(context, *most, "load.requestsPerConnection", {1, kMostRequests}).value_or(0);
    if (!load.keep_alive && load.requests_per_connection > 1)
      context.problems.add(fields.place("requestsPerConnection"),
                           "load.requestsPerConnection is more than 1 with keepAlive: false",
                           "remove keepAlive: a connection then lasts for so many requests");
  }
  if (const Node* node = fields.find("cookies"))
    if (const auto index =
            read_choice(context, *node, "load.cookies", {"iteration", "user", "off"}))
      load.cookies = cookies[*index];
  if (const Node* version = fields.find("httpVersion"))
    if (read_int(context, *version, "load.httpVersion", {1, 2}) == 2)
      load.http_version = model::LoadSpec::HttpVersion::http2;
  if (const Node* proxy = fields.find("proxy")) read_proxy(context, *proxy, load);
  take_duration(context, fields, "timeout", {milliseconds(1), hours(1)}, load.request_timeout);
  take_duration(context, fields, "connectTimeout", {milliseconds(1), hours(1)},
                load.connect_timeout);
}

/// As YAML's core schema has them.
bool is_bool(std::string_view text) {
  constexpr std::array words = {"true", "True", "TRUE", "false", "False", "FALSE"};
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// true, false, or how many values the variables have in production.
void read_bounded_keys(Context& context, const Node& node, model::LoadSpec& load) {
  const std::string label = "load.boundedKeys";
  const auto text = node.is_scalar() ? read_text(context, node, label) : std::nullopt;
  if (node.is_scalar() && !text) return;
  if (text && parse_number(*text)) {
    load.key_count = read_integer(context, node, label, {1, kMostKeys}).value_or(0);
    load.bounded_keys = load.key_count > 0;
  } else if (text && !is_bool(*text)) {
    context.problems.add(node.place,
                         fmt::format("{} must be true, false or how many values the variables "
                                     "have; this is {}",
                                     label, in_quotes(*text)),
                         "write boundedKeys: true, or boundedKeys: 5000");
  } else {
    load.bounded_keys = read_bool(context, node, label).value_or(false);
  }
}

/// What is done about growth, beside measuring it.
void read_answers(Context& context, const Fields& fields, model::LoadSpec& load) {
  using Isolate = model::LoadSpec::Isolate;
  constexpr std::array when = {Isolate::never, Isolate::on_failure, Isolate::always};
  if (const Node* node = fields.find("isolate"))
    if (const auto index =
            read_choice(context, *node, "load.isolate", {"never", "on-failure", "always"}))
      load.isolate = when[*index];
  if (const Node* node = fields.find("boundedKeys")) read_bounded_keys(context, *node, load);
}

/// Who does what. The setup comes first, as everything can use what it captures.
void read_actors(Context& context, const Node& node, const Fields& fields, model::LoadSpec& load) {
  context.captures.all = find_captures(node);
  if (const Node* setup = fields.find("setup")) load.setup = read_setup(context, *setup);
  context.captures.where = "load.headers";
  if (const Node* headers = fields.find("headers")) load.headers = read_headers(context, *headers);
  if (const Node* flows = fields.require("flows", kFlowHint))
    load.flows = read_flows(context, *flows);
  if (const Node* teardown = fields.find("teardown"))
    load.teardown = read_teardown(context, *teardown);
}

}  // namespace

model::LoadSpec read_load(Context& context, const Node& node) {
  const Fields fields(context, node, "load",
                      {"vus",
                       "arrivalRate",
                       "rampTo",
                       "phases",
                       "whenBusy",
                       "keepAlive",
                       "requestsPerConnection",
                       "cookies",
                       "httpVersion",
                       "proxy",
                       "headers",
                       "warmup",
                       "cycles",
                       "max",
                       "timeout",
                       "connectTimeout",
                       "seed",
                       "isolate",
                       "boundedKeys",
                       "setup",
                       "teardown",
                       "flows"});
  model::LoadSpec load;
  if (const Node* vus = fields.find("vus"))
    load.vus = read_int(context, *vus, "load.vus", {1, 10'000}).value_or(load.vus);
  read_arrivals(context, fields, load);
  read_connections(context, fields, load);
  if (const Node* warmup = fields.find("warmup")) load.warmup = read_warmup(context, *warmup);
  if (const Node* cycles = fields.find("cycles")) load.cycles = read_cycles(context, *cycles);
  // All phases make one cycle, however long a collection takes.
  if (!load.phases.empty()) load.cycles.follow_collection = false;
  read_answers(context, fields, load);
  take_duration(context, fields, "max", {milliseconds(1000), hours(168)}, load.max);
  if (const Node* seed = fields.find("seed"))
    load.seed = static_cast<std::uint64_t>(
        read_integer(context, *seed, "load.seed", {0, 9'007'199'254'740'991}).value_or(1));
  context.request_timeout = load.request_timeout;
  read_actors(context, node, fields, load);
  return load;
}

}  // namespace leakcheck::scenario
