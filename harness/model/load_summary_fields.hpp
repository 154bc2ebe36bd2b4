#pragma once

#include "harness/model/run_record_walk.hpp"
#include "harness/model/run_report.hpp"

/// The keys of the load in JSON, in their order; see run_record_walk.hpp.
namespace leakcheck::model {

void fields(const auto& walk, Of<Latency> auto& latency) {
  walk.take("minMs", latency.min_ms);
  walk.take("meanMs", latency.mean_ms);
  walk.take("p50Ms", latency.p50_ms);
  walk.take("p90Ms", latency.p90_ms);
  walk.take("p95Ms", latency.p95_ms);
  walk.take("p99Ms", latency.p99_ms);
  walk.take("maxMs", latency.max_ms);
}

void fields(const auto& walk, Of<StepSummary> auto& step) {
  walk.take("name", step.name);
  walk.take("requests", step.requests);
  walk.take("failed", step.failed);
  walk.take("latency", step.latency);
}

void fields(const auto& walk, Of<CheckSummary> auto& check) {
  walk.take("name", check.name);
  walk.take("passed", check.passed);
  walk.take("failed", check.failed);
}

void fields(const auto& walk, Of<VariableUse> auto& use) {
  walk.take("name", use.name);
  walk.take("uses", use.uses);
  walk.take("distinct", use.distinct);
}

void fields(const auto& walk, Of<LoadSummary> auto& load) {
  walk.take("sent", load.sent);
  walk.take("answered", load.answered);
  walk.take("failed", load.failed);
  walk.take("aborted", load.aborted);
  walk.take("errors", load.errors);
  walk.take("statuses", load.statuses);
  walk.take("connections", load.connections);
  walk.take("receivedBytes", load.received_bytes);
  walk.take("iterations", load.iterations);
  walk.take("droppedIterations", load.dropped_iterations);
  walk.take("lateIterations", load.late_iterations);
  walk.take("wantedRate", load.wanted_rate);
  walk.take("cpuShare", load.cpu_share);
  walk.take("busyMs", load.busy_ms);
  walk.take("lateness", load.lateness);
  walk.take("latency", load.latency);
  walk.take("steps", load.steps);
  walk.take("checks", load.checks);
  walk.take("variables", load.variables);
}

}  // namespace leakcheck::model
