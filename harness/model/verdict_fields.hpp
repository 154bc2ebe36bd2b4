#pragma once

#include "harness/model/run_record_walk.hpp"
#include "harness/model/verdict.hpp"

/// The keys of a verdict in JSON, in their order; see run_record_walk.hpp.
namespace leakcheck::model {

void fields(const auto& walk, Of<Estimate> auto& growth) {
  walk.take("bytesPerRequest", growth.bytes_per_request);
  walk.take("low", growth.low);
  walk.take("high", growth.high);
  walk.take("confidence", growth.confidence);
  walk.take("deltas", growth.deltas);
  walk.take("requests", growth.requests);
}

void fields(const auto& walk, Of<KeyedGrowth> auto& keyed) {
  walk.take("bytesPerKey", keyed.bytes_per_key);
  walk.take("variable", keyed.variable);
  walk.take("keys", keyed.keys);
  walk.some("inTheEnd", keyed.in_the_end);
}

void fields(const auto& walk, Of<TimeBound> auto& bound) {
  walk.take("givenBack", bound.given_back);
  walk.take("afterMs", bound.after_ms);
}

void fields(const auto& walk, Of<QuantityVerdict> auto& verdict) {
  walk.require("quantity", verdict.quantity);
  walk.require("answer", verdict.answer);
  walk.take("rule", verdict.rule);
  walk.take("growth", verdict.growth);
  walk.take("budgetPerRequest", verdict.budget_per_request);
  walk.take("smallestLeak", verdict.smallest_leak);
  walk.take("reason", verdict.reason);
  walk.some("inTheEnd", verdict.in_the_end);
  walk.some("keyed", verdict.keyed);
  walk.some("timeBound", verdict.time_bound);
  walk.some("allocationsPerRequest", verdict.allocations_per_request);
}

void fields(const auto& walk, Of<Check> auto& check) {
  walk.require("name", check.name);
  walk.take("limit", check.limit);
  walk.take("measured", check.measured);
  walk.require("state", check.state);
  walk.take("message", check.message);
}

void fields(const auto& walk, Of<PartGrowth> auto& part) {
  walk.take("pid", part.pid);
  walk.take("thread", part.thread);
  walk.require("quantity", part.quantity);
  walk.take("growth", part.growth);
}

void fields(const auto& walk, Of<RouteGrowth> auto& route) {
  walk.take("name", route.name);
  walk.require("quantity", route.quantity);
  walk.take("growth", route.growth);
  walk.take("leaks", route.leaks);
  walk.some("with", route.with);
  walk.some("problem", route.problem);
}

void fields(const auto& walk, Of<Ablation> auto& ablation) {
  walk.take("suspect", ablation.suspect);
  walk.take("change", ablation.change);
  walk.require("effect", ablation.effect);
  walk.take("growth", ablation.growth);
  walk.take("reason", ablation.reason);
  walk.take("runFolder", ablation.run_folder);
}

void fields(const auto& walk, Of<ResidentSet> auto& resident) {
  walk.require("kind", resident.kind);
  walk.take("bytesPerRequest", resident.bytes_per_request);
  walk.take("reason", resident.reason);
}

void fields(const auto& walk, Of<Verdict> auto& verdict) {
  walk.require("answer", verdict.answer);
  walk.take("reason", verdict.reason);
  walk.take("culprit", verdict.culprit);
  walk.take("quantities", verdict.quantities);
  walk.take("budgets", verdict.budgets);
  walk.take("thresholds", verdict.thresholds);
  walk.some("parts", verdict.parts);
  walk.some("routes", verdict.routes);
  walk.some("routesSay", verdict.routes_say);
  walk.some("ablations", verdict.ablations);
  walk.some("resident", verdict.resident);
}

}  // namespace leakcheck::model
