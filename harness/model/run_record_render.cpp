#include <cmath>
#include <concepts>
#include <map>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "harness/base/utf8.hpp"
#include "harness/model/load_report.hpp"
#include "harness/model/run_record_fields.hpp"
#include "harness/model/run_report.hpp"

namespace leakcheck::model {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestLine = 120;

Json text(std::string_view value) {
  return to_valid_utf8(value);
}

/// JSON has no NaN and no infinity: null says "not known", and reads back as NaN.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

/// Microseconds are enough, and keep 100,000 samples small. Rounding twice changes nothing.
Json milliseconds(double value) {
  return number(std::round(value * 1000) / 1000);
}

template <typename T>
Json optional(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json to_json(const std::vector<Sample>& samples);

template <typename Record>
requires std::is_class_v<Record> Json to_json(const Record& record);

Json to_json(const std::string& value) {
  return text(value);
}

Json to_json(bool value) {
  return value;
}

Json to_json(std::signed_integral auto value) {
  return value;
}

Json to_json(std::uint64_t value) {
  return value;
}

Json to_json(double value) {
  return number(value);
}

Json to_json(Bytes value) {
  return value.count;
}

template <typename Enum>
requires std::is_enum_v<Enum> Json to_json(Enum value) {
  return to_string(value);
}

template <typename T>
Json to_json(const std::optional<T>& value) {
  return value ? to_json(*value) : Json(nullptr);
}

template <typename T>
Json to_json(const std::vector<T>& values) {
  Json out = Json::array();
  for (const T& value : values) out.push_back(to_json(value));
  return out;
}

Json to_json(const std::map<std::string, std::int64_t>& counts) {
  Json out = Json::object();
  for (const auto& [kind, count] : counts) {
    // Two kinds can become one when their bytes are made valid.
    const std::string key = to_valid_utf8(kind);
    out[key] = out.value(key, std::int64_t{0}) + count;
  }
  return out;
}

Json to_json(const std::map<int, std::int64_t>& counts) {
  Json out = Json::object();
  for (const auto& [status, count] : counts) out[std::to_string(status)] = count;
  return out;
}

/// Puts the fields of one record into a JSON object.
class Writer {
 public:
  explicit Writer(Json& out) : out_(out) {}

  template <typename T>
  void take(std::string_view key, const T& value) const {
    if constexpr (std::same_as<T, double>) {
      out_[key] = key.ends_with("Ms") ? milliseconds(value) : number(value);
    } else {
      out_[key] = to_json(value);
    }
  }

  template <typename T>
  void require(std::string_view key, const T& value) const {
    take(key, value);
  }

  template <typename T>
  void some(std::string_view key, const T& value, const T& unless = {}) const {
    if (!is_same(value, unless)) take(key, value);
  }

 private:
  template <typename T>
  static bool is_same(const T& value, const T& unless) {
    return value == unless;
  }
  template <typename T>
  static bool is_same(const std::vector<T>& value, const std::vector<T>&) {
    return value.empty();
  }
  template <typename T>
  static bool is_same(const std::optional<T>& value, const std::optional<T>&) {
    return !value;
  }

  Json& out_;
};

template <typename Record>
requires std::is_class_v<Record> Json to_json(const Record& record) {
  Json out = Json::object();
  fields(Writer(out), record);
  return out;
}

/// The same without what only the agent and a measured heap give.
Json to_json_without_agent(const TargetSummary& target) {
  Json out = to_json(target);
  for (const char* key : {"nodeVersion", "v8Version", "maxOldSpaceMb"}) out.erase(key);
  return out;
}

/// Column by column: names once, then only values. The reader finds columns by their names.
Json to_json(const std::vector<Sample>& samples) {
  Json rows = Json::array();
  for (const Sample& sample : samples)
    rows.push_back({milliseconds(sample.at_ms), to_string(sample.phase), sample.memory.rss.count,
                    sample.memory.heap_total.count, sample.memory.heap_used.count,
                    sample.memory.external.count, sample.memory.array_buffers.count,
                    sample.requests_seen, sample.gc_count, sample.gc_major_count,
                    milliseconds(sample.gc_total_ms), milliseconds(sample.gc_max_ms),
                    milliseconds(sample.event_loop_delay_p50_ms),
                    milliseconds(sample.event_loop_delay_p99_ms),
                    milliseconds(sample.event_loop_delay_max_ms), sample.active_handles});
  return {{"columns",
           {"atMs", "phase", "rss", "heapTotal", "heapUsed", "external", "arrayBuffers",
            "requestsSeen", "gcCount", "gcMajorCount", "gcTotalMs", "gcMaxMs",
            "eventLoopDelayP50Ms", "eventLoopDelayP99Ms", "eventLoopDelayMaxMs", "activeHandles"}},
          {"rows", std::move(rows)}};
}

/// The version comes first.
Json record_of(const RunReport& report) {
  Json out = {{"leakcheckRunRecord", RunReport::kVersion}};
  fields(Writer(out), report);
  return out;
}

/// A load has no memory verdict: its words are others.
std::string_view load_ending(Ending ending) {
  switch (ending) {
    case Ending::clean:
      return "passed";
    case Ending::budget_exceeded:
      return "threshold_exceeded";
    case Ending::inconclusive:
      return "not_complete";
    default:
      return to_string(ending);
  }
}

Json record_of(const LoadReport& report) {
  const ScenarioSummary& scenario = report.scenario;
  return {{"leakcheckLoadReport", LoadReport::kVersion},
          {"leakcheckVersion", text(report.leakcheck_version)},
          {"startedAt", text(report.started_at)},
          {"runFolder", text(report.run_folder)},
          {"durationMs", milliseconds(report.duration_ms)},
          {"outcome",
           {{"ending", load_ending(report.outcome.ending)},
            {"message", text(report.outcome.message)},
            {"hint", text(report.outcome.hint)}}},
          {"scenario",
           {{"name", text(scenario.name)},
            {"file", text(scenario.file)},
            {"profile", text(scenario.profile)},
            {"vus", scenario.vus},
            {"arrivalRate", scenario.arrival_rate ? number(*scenario.arrival_rate) : Json(nullptr)},
            {"flows", to_json(scenario.flows)}}},
          {"asked",
           {{"durationMs", report.asked_ms ? milliseconds(*report.asked_ms) : Json(nullptr)},
            {"requests", optional(report.asked_requests)}}},
          {"target", to_json_without_agent(report.target)},
          {"load", to_json(report.load)},
          {"thresholds", to_json(report.thresholds)},
          {"notes", to_json(report.notes)}};
}

bool is_flat(const Json& value) {
  if (!value.is_structured()) return true;
  for (const Json& each : value)
    if (each.is_structured() && !each.empty()) return false;
  return true;
}

/// Two spaces a level; rows of numbers and what is flat and short take one line: a record can be
/// read, searched by line and compared with diff.
void print(const Json& value, std::size_t indent, std::string& out) {
  if (is_flat(value)) {
    const std::string line = value.dump();
    const bool row = value.is_array() && !value.empty() && value.front().is_number();
    if (!value.is_structured() || value.empty() || row || line.size() <= kLongestLine) {
      out += line;
      return;
    }
  }
  const std::string margin(indent + 2, ' ');
  out += value.is_array() ? "[\n" : "{\n";
  bool first = true;
  for (const auto& item : value.items()) {
    if (!first) out += ",\n";
    first = false;
    out += margin;
    if (value.is_object()) out += Json(item.key()).dump() + ": ";
    print(item.value(), indent + 2, out);
  }
  out += "\n" + std::string(indent, ' ') + (value.is_array() ? "]" : "}");
}

template <typename Report>
std::string render(const Report& report) {
  std::string out;
  print(record_of(report), 0, out);
  out += "\n";
  return out;
}

}  // namespace

std::string render_run_record(const RunReport& report) {
  return render(report);
}

std::string render_load_report(const LoadReport& report) {
  return render(report);
}

}  // namespace leakcheck::model
