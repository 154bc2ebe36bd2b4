#include "harness/agent/lines.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/base/utf8.hpp"

namespace leakcheck::agent {
namespace {

using nlohmann::json;

constexpr int kOldestNode = 18;
constexpr std::size_t kMostArguments = 64;
constexpr std::size_t kLongestText = 4096;

// Wrong types become bad_type(), which parse_agent_line() turns into "no line".
struct BadField {};

const json& field(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) throw BadField();
  return *found;
}

double number(const json& object, const char* name) {
  const json& value = field(object, name);
  if (!value.is_number()) throw BadField();
  const double result = value.get<double>();
  if (!std::isfinite(result) || std::abs(result) > 9007199254740992.0) throw BadField();
  return result;
}

std::int64_t integer(const json& object, const char* name) {
  const double value = number(object, name);
  if (value < 0 || value != std::floor(value)) throw BadField();
  return static_cast<std::int64_t>(value);
}

int small_integer(const json& object, const char* name) {
  const std::int64_t value = integer(object, name);
  if (value > std::numeric_limits<int>::max()) throw BadField();
  return static_cast<int>(value);
}

std::string text(const json& value) {
  if (!value.is_string()) throw BadField();
  // Cut in the middle of a character, it would be no valid text for a report.
  return to_valid_utf8(value.get_ref<const std::string&>().substr(0, kLongestText));
}

std::string text(const json& object, const char* name) {
  return text(field(object, name));
}

const json& part(const json& object, const char* name) {
  const json& value = field(object, name);
  if (!value.is_object()) throw BadField();
  return value;
}

model::Memory memory(const json& line) {
  const json& from = part(line, "memory");
  return {{integer(from, "rss")},
          {integer(from, "heapTotal")},
          {integer(from, "heapUsed")},
          {integer(from, "external")},
          {integer(from, "arrayBuffers")}};
}

Hello parse_hello(const json& line) {
  Hello hello;
  hello.protocol = small_integer(line, "protocol");
  hello.agent_version = text(line, "agent");
  hello.pid = small_integer(line, "pid");
  hello.thread = small_integer(line, "thread");
  hello.ppid = small_integer(line, "ppid");
  hello.node_version = text(line, "node");
  hello.v8_version = text(line, "v8");
  const json& can_collect = field(line, "canCollect");
  const json& argv = field(line, "argv");
  if (!can_collect.is_boolean() || !argv.is_array()) throw BadField();
  hello.can_collect = can_collect.get<bool>();
  for (const json& argument : argv) {
    std::string word = text(argument);
    if (hello.argv.size() < kMostArguments) hello.argv.push_back(std::move(word));
  }
  return hello;
}

SampleLine parse_sample(const json& line) {
  model::Sample sample;
  sample.memory = memory(line);
  sample.requests_seen = integer(line, "seen");
  const json& gc = part(line, "gc");
  sample.gc_count = integer(gc, "count");
  sample.gc_major_count = integer(gc, "major");
  sample.gc_total_ms = number(gc, "totalMs");
  sample.gc_max_ms = number(gc, "maxMs");
  const json& delay = part(line, "delay");
  sample.event_loop_delay_p50_ms = number(delay, "p50Ms");
  sample.event_loop_delay_p99_ms = number(delay, "p99Ms");
  sample.event_loop_delay_max_ms = number(delay, "maxMs");
  sample.active_handles = integer(line, "handles");
  return {sample};
}

std::optional<AgentLine> parse_typed(const json& line) {
  const std::string type = text(line, "type");
  if (type == "hello") return parse_hello(line);
  if (type == "requests") return RequestsLine{integer(line, "seen")};
  if (type == "sample") return parse_sample(line);
  if (type == "collected")
    return CollectedLine{integer(line, "id"), number(line, "ms"), memory(line),
                         integer(line, "seen")};
  if (type == "collecting") return CollectingLine{integer(line, "id")};
  if (type == "frozen") return FrozenLine{integer(line, "id")};
  if (type == "clockMoved")
    return ClockMovedLine{integer(line, "id"), small_integer(line, "timers")};
  if (type == "snapshotTaken") return SnapshotTakenLine{integer(line, "id"), number(line, "ms")};
  if (type == "standIn") return StandInLine{text(line, "module"), integer(line, "uses")};
  if (type == "warning") {
    model::ProcessWarning warning;
    warning.name = text(line, "name");
    warning.message = text(line, "message");
    return WarningLine{warning};
  }
  if (type == "error") return ErrorLine{integer(line, "id"), text(line, "message")};
  return std::nullopt;
}

std::string render(const json& line) {
  return line.dump() + "\n";
}

}  // namespace

std::optional<AgentLine> parse_agent_line(std::string_view line) {
  const json parsed = json::parse(line, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  try {
    return parse_typed(parsed);
  } catch (const BadField&) {
    return std::nullopt;
  }
}

std::string render_welcome() {
  return render({{"type", "welcome"}, {"protocol", kProtocol}, {"leakcheck", LEAKCHECK_VERSION}});
}

std::string render_sample(Duration every) {
  return render({{"type", "sample"}, {"everyMs", to_ms(every)}});
}

std::string render_silence() {
  return render({{"type", "silence"}});
}

std::string render_collect(std::int64_t id) {
  return render({{"type", "collect"}, {"id", id}});
}

std::string render_freeze(std::int64_t id) {
  return render({{"type", "freeze"}, {"id", id}});
}

std::string render_clock(std::int64_t id, Duration ahead) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(ahead).count();
  return render({{"type", "clock"}, {"id", id}, {"aheadMs", ms}});
}

std::string render_snapshot(std::int64_t id, const std::string& file) {
  return render({{"type", "snapshot"}, {"id", id}, {"file", file}});
}

std::string render_bye() {
  return render({{"type", "bye"}});
}

std::string find_problem(const Hello& hello) {
  if (hello.protocol != kProtocol)
    return fmt::format(
        "its agent {} speaks protocol {}, this leakcheck {} speaks {}: another leakcheck put it "
        "there (look for --require in NODE_OPTIONS)",
        hello.agent_version, hello.protocol, LEAKCHECK_VERSION, kProtocol);
  if (std::atoi(hello.node_version.c_str()) < kOldestNode)
    return fmt::format("it runs on Node.js {}, and leakcheck needs {} or later", hello.node_version,
                       kOldestNode);
  if (!hello.can_collect) return "its Node.js does not let the agent collect garbage";
  return "";
}

}  // namespace leakcheck::agent
