#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/base/utf8.hpp"
#include "harness/model/load_report.hpp"
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

Json texts(const std::vector<std::string>& values) {
  Json out = Json::array();
  for (const auto& value : values) out.push_back(text(value));
  return out;
}

template <typename T, typename Render>
Json list(const std::vector<T>& values, Render render) {
  Json out = Json::array();
  for (const T& value : values) out.push_back(render(value));
  return out;
}

Json to_json(const Memory& memory) {
  return {{"rss", memory.rss.count},
          {"heapTotal", memory.heap_total.count},
          {"heapUsed", memory.heap_used.count},
          {"external", memory.external.count},
          {"arrayBuffers", memory.array_buffers.count}};
}

Json to_json(const ScenarioSummary& scenario) {
  return {{"name", text(scenario.name)},
          {"file", text(scenario.file)},
          {"profile", text(scenario.profile)},
          {"mode", to_string(scenario.mode)},
          {"vus", scenario.vus},
          {"arrivalRate", scenario.arrival_rate ? number(*scenario.arrival_rate) : Json(nullptr)},
          {"requestsPerCycle", scenario.requests_per_cycle},
          {"minCycles", scenario.min_cycles},
          {"maxCycles", scenario.max_cycles},
          {"flows", texts(scenario.flows)}};
}

Json to_json(const TargetSummary& target) {
  return {{"command", texts(target.command)},
          {"url", text(target.url)},
          {"pid", target.pid},
          {"nodeVersion", text(target.node_version)},
          {"v8Version", text(target.v8_version)},
          {"maxOldSpaceMb", target.max_old_space_mb},
          {"readyMs", milliseconds(target.ready_ms)},
          {"end", target.end ? Json(to_string(*target.end)) : Json(nullptr)},
          {"exitCode", optional(target.exit_code)},
          {"signal", optional(target.signal)},
          {"stdoutLog", text(target.stdout_log)},
          {"stderrLog", text(target.stderr_log)},
          {"logTail", texts(target.log_tail)}};
}

/// The same without what only the agent and a measured heap give.
Json to_json_without_agent(const TargetSummary& target) {
  Json out = to_json(target);
  for (const char* key : {"nodeVersion", "v8Version", "maxOldSpaceMb"}) out.erase(key);
  return out;
}

Json to_json(const Outcome& outcome) {
  return {{"ending", to_string(outcome.ending)},
          {"message", text(outcome.message)},
          {"hint", text(outcome.hint)}};
}

Json to_json(const QuantityVerdict& verdict) {
  const Estimate& growth = verdict.growth;
  return {{"quantity", to_string(verdict.quantity)},
          {"answer", to_string(verdict.answer)},
          {"rule", to_string(verdict.rule)},
          {"growth",
           {{"bytesPerRequest", number(growth.bytes_per_request)},
            {"low", number(growth.low)},
            {"high", number(growth.high)},
            {"confidence", number(growth.confidence)},
            {"deltas", growth.deltas},
            {"requests", growth.requests}}},
          {"budgetPerRequest", number(verdict.budget_per_request)},
          {"smallestLeak", number(verdict.smallest_leak)},
          {"reason", text(verdict.reason)}};
}

Json to_json(const Check& check) {
  return {{"name", text(check.name)},
          {"limit", text(check.limit)},
          {"measured", text(check.measured)},
          {"state", to_string(check.state)},
          {"message", text(check.message)}};
}

Json to_json(const Verdict& verdict) {
  const auto check = [](const Check& each) { return to_json(each); };
  return {{"answer", to_string(verdict.answer)},
          {"reason", text(verdict.reason)},
          {"culprit", verdict.culprit ? Json(to_string(*verdict.culprit)) : Json(nullptr)},
          {"quantities", list(verdict.quantities, [](const auto& each) { return to_json(each); })},
          {"budgets", list(verdict.budgets, check)},
          {"thresholds", list(verdict.thresholds, check)}};
}

Json to_json(const Latency& latency) {
  return {{"minMs", milliseconds(latency.min_ms)}, {"meanMs", milliseconds(latency.mean_ms)},
          {"p50Ms", milliseconds(latency.p50_ms)}, {"p90Ms", milliseconds(latency.p90_ms)},
          {"p95Ms", milliseconds(latency.p95_ms)}, {"p99Ms", milliseconds(latency.p99_ms)},
          {"maxMs", milliseconds(latency.max_ms)}};
}

Json to_json(const StepSummary& step) {
  return {{"name", text(step.name)},
          {"requests", step.requests},
          {"failed", step.failed},
          {"latency", to_json(step.latency)}};
}

Json to_json(const CheckSummary& check) {
  return {{"name", text(check.name)}, {"passed", check.passed}, {"failed", check.failed}};
}

Json to_json(const VariableUse& use) {
  return {{"name", text(use.name)}, {"uses", use.uses}, {"distinct", use.distinct}};
}

Json to_json(const LoadSummary& load) {
  Json errors = Json::object();
  for (const auto& [kind, count] : load.errors) {
    // Two kinds can become one when their bytes are made valid.
    const std::string key = to_valid_utf8(kind);
    errors[key] = errors.value(key, std::int64_t{0}) + count;
  }
  Json statuses = Json::object();
  for (const auto& [status, count] : load.statuses) statuses[std::to_string(status)] = count;
  return {{"sent", load.sent},
          {"answered", load.answered},
          {"failed", load.failed},
          {"aborted", load.aborted},
          {"errors", errors},
          {"statuses", statuses},
          {"connections", load.connections},
          {"receivedBytes", load.received_bytes},
          {"iterations", load.iterations},
          {"droppedIterations", load.dropped_iterations},
          {"lateIterations", load.late_iterations},
          {"wantedRate", number(load.wanted_rate)},
          {"cpuShare", number(load.cpu_share)},
          {"busyMs", milliseconds(load.busy_ms)},
          {"lateness", to_json(load.lateness)},
          {"latency", to_json(load.latency)},
          {"steps", list(load.steps, [](const auto& step) { return to_json(step); })},
          {"checks", list(load.checks, [](const auto& check) { return to_json(check); })},
          {"variables", list(load.variables, [](const auto& use) { return to_json(use); })}};
}

Json to_json(const Cycle& cycle) {
  return {{"index", cycle.index},
          {"phase", to_string(cycle.phase)},
          {"requests", cycle.requests},
          {"requestsTotal", cycle.requests_total},
          {"failed", cycle.failed},
          {"postGc", to_json(cycle.post_gc)},
          {"loadMs", milliseconds(cycle.load_ms)},
          {"collectMs", milliseconds(cycle.collect_ms)},
          {"atMs", milliseconds(cycle.at_ms)},
          {"processes", cycle.processes}};
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

Json to_json(const ProcessWarning& warning) {
  return {{"atMs", milliseconds(warning.at_ms)},
          {"name", text(warning.name)},
          {"message", text(warning.message)}};
}

Json to_json(const RunReport& report) {
  return {{"leakcheckRunRecord", RunReport::kVersion},
          {"leakcheckVersion", text(report.leakcheck_version)},
          {"startedAt", text(report.started_at)},
          {"runFolder", text(report.run_folder)},
          {"durationMs", milliseconds(report.duration_ms)},
          {"outcome", to_json(report.outcome)},
          {"scenario", to_json(report.scenario)},
          {"target", to_json(report.target)},
          {"verdict", report.verdict ? to_json(*report.verdict) : Json(nullptr)},
          {"load", to_json(report.load)},
          {"requestsSeen", report.requests_seen},
          {"notes", texts(report.notes)},
          {"processWarnings",
           list(report.process_warnings, [](const auto& each) { return to_json(each); })},
          {"cycles", list(report.cycles, [](const auto& cycle) { return to_json(cycle); })},
          {"samples", to_json(report.samples)}};
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

Json to_json(const LoadReport& report) {
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
            {"flows", texts(scenario.flows)}}},
          {"asked",
           {{"durationMs", report.asked_ms ? milliseconds(*report.asked_ms) : Json(nullptr)},
            {"requests", optional(report.asked_requests)}}},
          {"target", to_json_without_agent(report.target)},
          {"load", to_json(report.load)},
          {"thresholds", list(report.thresholds, [](const auto& each) { return to_json(each); })},
          {"notes", texts(report.notes)}};
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
  print(to_json(report), 0, out);
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
