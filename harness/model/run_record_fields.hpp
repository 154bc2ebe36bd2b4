#pragma once

#include "harness/model/finding_fields.hpp"
#include "harness/model/load_summary_fields.hpp"
#include "harness/model/run_record_walk.hpp"
#include "harness/model/run_report.hpp"
#include "harness/model/verdict_fields.hpp"

/// The keys of the run record, in their order; see run_record_walk.hpp.
namespace leakcheck::model {

void fields(const auto& walk, Of<Memory> auto& memory) {
  walk.take("rss", memory.rss);
  walk.take("heapTotal", memory.heap_total);
  walk.take("heapUsed", memory.heap_used);
  walk.take("external", memory.external);
  walk.take("arrayBuffers", memory.array_buffers);
}

void fields(const auto& walk, Of<NativeMemory> auto& memory) {
  walk.take("live", memory.live);
  walk.take("allocations", memory.allocations);
}

void fields(const auto& walk, Of<ScenarioSummary> auto& scenario) {
  walk.require("name", scenario.name);
  walk.take("file", scenario.file);
  walk.take("profile", scenario.profile);
  walk.take("mode", scenario.mode);
  walk.take("vus", scenario.vus);
  walk.take("arrivalRate", scenario.arrival_rate);
  walk.take("requestsPerCycle", scenario.requests_per_cycle);
  walk.take("minCycles", scenario.min_cycles);
  walk.take("maxCycles", scenario.max_cycles);
  walk.take("flows", scenario.flows);
  walk.some("choseMode", scenario.chose_mode);
  walk.some("boundedKeys", scenario.bounded_keys);
}

void fields(const auto& walk, Of<TargetSummary> auto& target) {
  walk.take("command", target.command);
  walk.take("url", target.url);
  walk.take("pid", target.pid);
  walk.take("nodeVersion", target.node_version);
  walk.take("v8Version", target.v8_version);
  walk.take("maxOldSpaceMb", target.max_old_space_mb);
  walk.take("readyMs", target.ready_ms);
  walk.take("end", target.end);
  walk.take("exitCode", target.exit_code);
  walk.take("signal", target.signal);
  walk.take("stdoutLog", target.stdout_log);
  walk.take("stderrLog", target.stderr_log);
  walk.take("logTail", target.log_tail);
}

void fields(const auto& walk, Of<Outcome> auto& outcome) {
  walk.require("ending", outcome.ending);
  walk.take("message", outcome.message);
  walk.take("hint", outcome.hint);
}

void fields(const auto& walk, Of<Reading> auto& reading) {
  walk.take("pid", reading.pid);
  walk.take("thread", reading.thread);
  walk.take("postGc", reading.post_gc);
  walk.some("native", reading.native);
}

void fields(const auto& walk, Of<Cycle> auto& cycle) {
  walk.take("index", cycle.index);
  walk.take("phase", cycle.phase);
  walk.take("requests", cycle.requests);
  walk.take("requestsTotal", cycle.requests_total);
  walk.take("failed", cycle.failed);
  walk.take("postGc", cycle.post_gc);
  walk.take("loadMs", cycle.load_ms);
  walk.take("collectMs", cycle.collect_ms);
  walk.take("atMs", cycle.at_ms);
  walk.take("processes", cycle.processes);
  walk.some("native", cycle.native);
  walk.some("readings", cycle.readings);
  walk.some("times", cycle.times, 1);
  walk.some("route", cycle.route);
  walk.some("aheadMs", cycle.ahead_ms);
  walk.some("pss", cycle.pss);
}

void fields(const auto& walk, Of<ProcessWarning> auto& warning) {
  walk.take("atMs", warning.at_ms);
  walk.take("name", warning.name);
  walk.take("message", warning.message);
}

void fields(const auto& walk, Of<RunReport> auto& report) {
  walk.take("leakcheckVersion", report.leakcheck_version);
  walk.take("startedAt", report.started_at);
  walk.take("runFolder", report.run_folder);
  walk.take("durationMs", report.duration_ms);
  walk.require("outcome", report.outcome);
  walk.require("scenario", report.scenario);
  walk.take("target", report.target);
  walk.take("verdict", report.verdict);
  walk.some("explanation", report.explanation);
  walk.take("load", report.load);
  walk.take("requestsSeen", report.requests_seen);
  walk.take("notes", report.notes);
  walk.take("processWarnings", report.process_warnings);
  walk.take("cycles", report.cycles);
  walk.take("samples", report.samples);
}

}  // namespace leakcheck::model
