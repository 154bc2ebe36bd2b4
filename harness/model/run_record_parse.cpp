#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/base/utf8.hpp"
#include "harness/model/run_report.hpp"

namespace leakcheck::model {
namespace {

using Json = nlohmann::json;

constexpr const char* kVersionKey = "leakcheckRunRecord";
constexpr double kLargestExact = 9007199254740992.0;  // 2^53

/// Reads values of known types out of JSON, and keeps the first thing that is wrong, with its
/// place. What is absent keeps its default: a record of an older leakcheck has fewer keys.
class Reader {
 public:
  bool failed() const { return !problem_.empty(); }
  const std::string& problem() const { return problem_; }

  void refuse(const std::string& place, std::string_view expected) {
    if (!failed()) problem_ = fmt::format("{} is not {}", place, expected);
  }

  void read(const Json& value, const std::string& place, std::string& out) {
    if (const auto* text = value.get_ptr<const std::string*>()) {
      out = *text;
    } else {
      refuse(place, "a text");
    }
  }

  /// null is NaN: a number that is not known.
  void read(const Json& value, const std::string& place, double& out) {
    if (value.is_null()) {
      out = std::numeric_limits<double>::quiet_NaN();
    } else if (value.is_number() && std::isfinite(value.get<double>())) {
      out = value.get<double>();
    } else {
      refuse(place, "a number");
    }
  }

  /// Also takes 64.0: other tools write whole numbers so.
  template <std::signed_integral T>
  void read(const Json& value, const std::string& place, T& out) {
    std::int64_t number = 0;
    bool whole = false;
    if (value.is_number_unsigned()) {
      const auto large = value.get<std::uint64_t>();
      whole = large <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
      if (whole) number = static_cast<std::int64_t>(large);
    } else if (value.is_number_integer()) {
      number = value.get<std::int64_t>();
      whole = true;
    } else if (value.is_number_float()) {
      const auto real = value.get<double>();
      whole = std::abs(real) <= kLargestExact && std::trunc(real) == real;
      if (whole) number = static_cast<std::int64_t>(real);
    }
    if (!whole || number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max())
      return refuse(place, "a whole number of this range");
    out = static_cast<T>(number);
  }

  void read(const Json& value, const std::string& place, Bytes& out) {
    read(value, place, out.count);
  }

  /// The enumerator whose to_string() is the text.
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void read(const Json& value, const std::string& place, Enum& out) {
    const auto* text = value.get_ptr<const std::string*>();
    for (int at = 0; text != nullptr && !to_string(static_cast<Enum>(at)).empty(); ++at) {
      if (to_string(static_cast<Enum>(at)) != *text) continue;
      out = static_cast<Enum>(at);
      return;
    }
    refuse(place, "one of the words known there");
  }

  template <typename T>
  void read(const Json& value, const std::string& place, std::optional<T>& out) {
    if (value.is_null()) {
      out.reset();
    } else {
      read(value, place, out.emplace());
    }
  }

  template <typename T>
  void read(const Json& value, const std::string& place, std::vector<T>& out) {
    if (!value.is_array()) return refuse(place, "a list");
    out.clear();
    out.reserve(value.size());
    for (const Json& each : value) {
      if (failed()) return;
      const std::string at = fmt::format("{}[{}]", place, out.size());
      read(each, at, out.emplace_back());
    }
  }

  /// Every record: its read_fields() names the keys.
  template <typename Record>
  requires std::is_class_v<Record>
  void read(const Json& value, const std::string& place, Record& out);

 private:
  std::string problem_;
};

/// The keys of one JSON object.
class Object {
 public:
  Object(Reader& reader, const Json& json, const std::string& place)
      : reader_(reader), json_(json), place_(place) {}

  template <typename T>
  void take(const char* key, T& out) const {
    if (const Json* value = find(key)) reader_.read(*value, path(key), out);
  }

  template <typename T>
  void require(const char* key, T& out) const {
    if (find(key) == nullptr) return reader_.refuse(path(key), "there");
    take(key, out);
  }

  /// Counts by name.
  template <typename Insert>
  void take_counts(const char* key, Insert insert) const {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_object()) return reader_.refuse(path(key), "an object");
    for (const auto& item : value->items()) {
      std::int64_t count = 0;
      reader_.read(item.value(), path(key) + "." + item.key(), count);
      if (!insert(item.key(), count)) reader_.refuse(path(key) + "." + item.key(), "a status code");
    }
  }

  const Json* find(const char* key) const {
    const auto found = json_.find(key);
    return found == json_.end() ? nullptr : &*found;
  }

  std::string path(const char* key) const {
    return place_.empty() ? std::string(key) : place_ + "." + key;
  }

  Reader& reader() const { return reader_; }

 private:
  Reader& reader_;
  const Json& json_;
  const std::string& place_;
};

void read_fields(const Object& from, Memory& memory) {
  from.take("rss", memory.rss);
  from.take("heapTotal", memory.heap_total);
  from.take("heapUsed", memory.heap_used);
  from.take("external", memory.external);
  from.take("arrayBuffers", memory.array_buffers);
}

void read_fields(const Object& from, ScenarioSummary& scenario) {
  from.require("name", scenario.name);
  from.take("file", scenario.file);
  from.take("profile", scenario.profile);
  from.take("mode", scenario.mode);
  from.take("vus", scenario.vus);
  from.take("arrivalRate", scenario.arrival_rate);
  from.take("requestsPerCycle", scenario.requests_per_cycle);
  from.take("minCycles", scenario.min_cycles);
  from.take("maxCycles", scenario.max_cycles);
  from.take("flows", scenario.flows);
}

void read_fields(const Object& from, TargetSummary& target) {
  from.take("command", target.command);
  from.take("url", target.url);
  from.take("pid", target.pid);
  from.take("nodeVersion", target.node_version);
  from.take("v8Version", target.v8_version);
  from.take("maxOldSpaceMb", target.max_old_space_mb);
  from.take("readyMs", target.ready_ms);
  from.take("end", target.end);
  from.take("exitCode", target.exit_code);
  from.take("signal", target.signal);
  from.take("stdoutLog", target.stdout_log);
  from.take("stderrLog", target.stderr_log);
  from.take("logTail", target.log_tail);
}

void read_fields(const Object& from, Outcome& outcome) {
  from.require("ending", outcome.ending);
  from.take("message", outcome.message);
  from.take("hint", outcome.hint);
}

void read_fields(const Object& from, Estimate& growth) {
  from.take("bytesPerRequest", growth.bytes_per_request);
  from.take("low", growth.low);
  from.take("high", growth.high);
  from.take("confidence", growth.confidence);
  from.take("deltas", growth.deltas);
  from.take("requests", growth.requests);
}

void read_fields(const Object& from, QuantityVerdict& verdict) {
  from.require("quantity", verdict.quantity);
  from.require("answer", verdict.answer);
  from.take("rule", verdict.rule);
  from.take("growth", verdict.growth);
  from.take("budgetPerRequest", verdict.budget_per_request);
  from.take("smallestLeak", verdict.smallest_leak);
  from.take("reason", verdict.reason);
}

void read_fields(const Object& from, Check& check) {
  from.require("name", check.name);
  from.take("limit", check.limit);
  from.take("measured", check.measured);
  from.require("state", check.state);
  from.take("message", check.message);
}

void read_fields(const Object& from, Verdict& verdict) {
  from.require("answer", verdict.answer);
  from.take("reason", verdict.reason);
  from.take("culprit", verdict.culprit);
  from.take("quantities", verdict.quantities);
  from.take("budgets", verdict.budgets);
  from.take("thresholds", verdict.thresholds);
}

void read_fields(const Object& from, Latency& latency) {
  from.take("minMs", latency.min_ms);
  from.take("meanMs", latency.mean_ms);
  from.take("p50Ms", latency.p50_ms);
  from.take("p90Ms", latency.p90_ms);
  from.take("p95Ms", latency.p95_ms);
  from.take("p99Ms", latency.p99_ms);
  from.take("maxMs", latency.max_ms);
}

void read_fields(const Object& from, StepSummary& step) {
  from.take("name", step.name);
  from.take("requests", step.requests);
  from.take("failed", step.failed);
  from.take("latency", step.latency);
}

void read_fields(const Object& from, CheckSummary& check) {
  from.take("name", check.name);
  from.take("passed", check.passed);
  from.take("failed", check.failed);
}

void read_fields(const Object& from, VariableUse& use) {
  from.take("name", use.name);
  from.take("uses", use.uses);
  from.take("distinct", use.distinct);
}

void read_fields(const Object& from, LoadSummary& load) {
  from.take("sent", load.sent);
  from.take("answered", load.answered);
  from.take("failed", load.failed);
  from.take_counts("errors", [&](const std::string& kind, std::int64_t count) {
    load.errors[kind] = count;
    return true;
  });
  from.take_counts("statuses", [&](const std::string& key, std::int64_t count) {
    int status = 0;
    const char* end = key.data() + key.size();
    const auto parsed = std::from_chars(key.data(), end, status);
    if (parsed.ec != std::errc() || parsed.ptr != end) return false;
    load.statuses[status] = count;
    return true;
  });
  from.take("aborted", load.aborted);
  from.take("connections", load.connections);
  from.take("receivedBytes", load.received_bytes);
  from.take("iterations", load.iterations);
  from.take("droppedIterations", load.dropped_iterations);
  from.take("lateIterations", load.late_iterations);
  from.take("wantedRate", load.wanted_rate);
  from.take("cpuShare", load.cpu_share);
  from.take("busyMs", load.busy_ms);
  from.take("lateness", load.lateness);
  from.take("latency", load.latency);
  from.take("steps", load.steps);
  from.take("checks", load.checks);
  from.take("variables", load.variables);
}

void read_fields(const Object& from, Cycle& cycle) {
  from.take("index", cycle.index);
  from.take("phase", cycle.phase);
  from.take("requests", cycle.requests);
  from.take("requestsTotal", cycle.requests_total);
  from.take("failed", cycle.failed);
  from.take("postGc", cycle.post_gc);
  from.take("loadMs", cycle.load_ms);
  from.take("collectMs", cycle.collect_ms);
  from.take("atMs", cycle.at_ms);
  from.take("processes", cycle.processes);
}

void read_fields(const Object& from, ProcessWarning& warning) {
  from.take("atMs", warning.at_ms);
  from.take("name", warning.name);
  from.take("message", warning.message);
}

/// One row of the samples, seen as an object whose keys are the columns.
struct SampleColumn {
  const char* name;
  void (*read)(Reader&, const Json&, const std::string& place, Sample&);
};

template <auto member>
void read_member(Reader& reader, const Json& value, const std::string& place, Sample& sample) {
  reader.read(value, place, sample.*member);
}

template <auto member>
void read_memory(Reader& reader, const Json& value, const std::string& place, Sample& sample) {
  reader.read(value, place, sample.memory.*member);
}

constexpr std::array<SampleColumn, 16> kSampleColumns = {{
    {"atMs", read_member<&Sample::at_ms>},
    {"phase", read_member<&Sample::phase>},
    {"rss", read_memory<&Memory::rss>},
    {"heapTotal", read_memory<&Memory::heap_total>},
    {"heapUsed", read_memory<&Memory::heap_used>},
    {"external", read_memory<&Memory::external>},
    {"arrayBuffers", read_memory<&Memory::array_buffers>},
    {"requestsSeen", read_member<&Sample::requests_seen>},
    {"gcCount", read_member<&Sample::gc_count>},
    {"gcMajorCount", read_member<&Sample::gc_major_count>},
    {"gcTotalMs", read_member<&Sample::gc_total_ms>},
    {"gcMaxMs", read_member<&Sample::gc_max_ms>},
    {"eventLoopDelayP50Ms", read_member<&Sample::event_loop_delay_p50_ms>},
    {"eventLoopDelayP99Ms", read_member<&Sample::event_loop_delay_p99_ms>},
    {"eventLoopDelayMaxMs", read_member<&Sample::event_loop_delay_max_ms>},
    {"activeHandles", read_member<&Sample::active_handles>},
}};

/// The columns and rows of `samples`.
struct SampleTable {
  std::vector<Sample> samples;
};

void read_fields(const Object& from, SampleTable& table) {
  std::vector<std::string> names;
  from.require("columns", names);
  std::vector<const SampleColumn*> columns;
  for (const std::string& name : names) {
    const auto known = std::find_if(kSampleColumns.begin(), kSampleColumns.end(),
                                    [&](const SampleColumn& each) { return each.name == name; });
    columns.push_back(known == kSampleColumns.end() ? nullptr : &*known);
  }
  Reader& reader = from.reader();
  const Json* rows = from.find("rows");
  if (rows == nullptr || !rows->is_array()) return reader.refuse(from.path("rows"), "a list");
  table.samples.reserve(rows->size());
  for (const Json& row : *rows) {
    if (reader.failed()) return;
    const std::string place = fmt::format("{}[{}]", from.path("rows"), table.samples.size());
    if (!row.is_array() || row.size() != columns.size())
      return reader.refuse(place, "a list as long as the columns");
    Sample& sample = table.samples.emplace_back();
    for (std::size_t at = 0; at < columns.size(); ++at)
      if (columns[at] != nullptr) columns[at]->read(reader, row[at], place, sample);
  }
}

void read_fields(const Object& from, RunReport& report) {
  from.take("leakcheckVersion", report.leakcheck_version);
  from.take("startedAt", report.started_at);
  from.take("runFolder", report.run_folder);
  from.take("durationMs", report.duration_ms);
  from.require("outcome", report.outcome);
  from.require("scenario", report.scenario);
  from.take("target", report.target);
  from.take("verdict", report.verdict);
  from.take("load", report.load);
  from.take("requestsSeen", report.requests_seen);
  from.take("notes", report.notes);
  from.take("processWarnings", report.process_warnings);
  from.take("cycles", report.cycles);
  SampleTable table;
  from.take("samples", table);
  report.samples = std::move(table.samples);
}

template <typename Record>
requires std::is_class_v<Record>
void Reader::read(const Json& value, const std::string& place, Record& out) {
  if (!value.is_object()) return refuse(place, "an object");
  read_fields(Object(*this, value, place), out);
}

tl::unexpected<Error> refuse_file(std::string_view json) {
  const bool looks_like_json = json.find('{') != std::string_view::npos;
  return fail(ErrorKind::usage, "this is not a run record of leakcheck",
              looks_like_json
                  ? "give it the run.json of a run folder, or a file that --json wrote, whole"
                  : "give it the run.json of a run folder, or a file that --json wrote");
}

}  // namespace

Result<RunReport> parse_run_record(std::string_view json) {
  const Json root = Json::parse(json, nullptr, false);
  if (root.is_array() && !root.empty() && root.front().contains(kVersionKey))
    return fail(ErrorKind::usage, fmt::format("this file holds {} run records", root.size()),
                "give it one: the run.json in the folder of the run");
  if (!root.is_object() || !root.contains(kVersionKey)) return refuse_file(json);
  const Json& version = root[kVersionKey];
  if (!version.is_number_integer() || version < 1)
    return fail(ErrorKind::usage,
                fmt::format("the run record is damaged: {} is no version", kVersionKey),
                "make it again with leakcheck run");
  if (version > RunReport::kVersion)
    return fail(ErrorKind::usage,
                fmt::format("the run record has version {}, this leakcheck reads up to {}",
                            version.dump(), RunReport::kVersion),
                "read it with the leakcheck that wrote it, or a newer one");
  Reader reader;
  RunReport report;
  reader.read(root, "", report);
  if (reader.failed())
    return fail(ErrorKind::usage,
                "the run record is damaged: " + to_plain_text(reader.problem(), false),
                "make it again with leakcheck run");
  return report;
}

}  // namespace leakcheck::model
