#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"

/// The open model: how many iterations start, and when.
namespace leakcheck::scenario {
namespace {

constexpr double kLeastRate = 0.01;
constexpr double kMostRate = 100'000;
constexpr double kMostArrivals = 10'000'000;  // of a cycle, as load.cycles.requests
constexpr const char* kPhaseHint = "write { duration: 10s, arrivalRate: 50 } or { pause: 5s }";

using std::chrono::hours;
using std::chrono::milliseconds;

std::optional<model::ArrivalPhase> read_pause(Context& context, const Fields& fields) {
  for (const char* key : {"duration", "arrivalRate", "rampTo"})
    if (fields.find(key) != nullptr)
      context.problems.add(fields.place(key), fmt::format("a pause has no {}", key),
                           "make two phases of it");
  const auto time = read_duration(context, *fields.find("pause"), "the pause of a phase",
                                  {milliseconds(1), hours(24)});
  if (!time) return std::nullopt;
  return model::ArrivalPhase{*time, 0, 0};
}

std::optional<model::ArrivalPhase> read_phase(Context& context, const Node& node) {
  const Fields fields(context, node, "a phase", {"duration", "arrivalRate", "rampTo", "pause"});
  if (!fields.is_map()) return std::nullopt;
  if (fields.find("pause") != nullptr) return read_pause(context, fields);
  const Node* duration = fields.require_here("duration", kPhaseHint);
  const Node* rate = fields.require_here("arrivalRate", kPhaseHint);
  if (duration == nullptr || rate == nullptr) return std::nullopt;
  const auto time =
      read_duration(context, *duration, "the duration of a phase", {milliseconds(1), hours(24)});
  const auto start = read_number(context, *rate, "the arrivalRate of a phase", {0, kMostRate});
  if (!time || !start) return std::nullopt;
  model::ArrivalPhase phase{*time, *start, *start};
  if (const Node* ramp = fields.find("rampTo"))
    phase.ramp_to =
        read_number(context, *ramp, "the rampTo of a phase", {0, kMostRate}).value_or(*start);
  return phase;
}

double count_arrivals(const std::vector<model::ArrivalPhase>& phases) {
  double arrivals = 0;
  for (const model::ArrivalPhase& phase : phases)
    arrivals +=
        std::chrono::duration<double>(phase.duration).count() * (phase.rate + phase.ramp_to) / 2;
  return arrivals;
}

std::vector<model::ArrivalPhase> read_phases(Context& context, const Node& node) {
  std::vector<model::ArrivalPhase> phases;
  if (!node.is_list() || node.items.empty()) {
    context.problems.add(node.place,
                         fmt::format("load.phases must be a list of phases; this is {}",
                                     node.is_list() ? "an empty list" : kind_name(node)),
                         kPhaseHint);
    return phases;
  }
  for (const NodePtr& item : node.items)
    if (auto phase = read_phase(context, *item)) phases.push_back(*phase);
  if (phases.size() != node.items.size()) return phases;
  const double arrivals = count_arrivals(phases);
  if (arrivals < 1)
    context.problems.add(node.place, "load.phases begin no iteration",
                         "give one of them a higher arrivalRate or a longer duration");
  else if (arrivals > kMostArrivals)
    context.problems.add(
        node.place,
        fmt::format("load.phases begin more than {:.0f} iterations in a cycle", kMostArrivals),
        "all phases make one cycle: make them shorter");
  return phases;
}

/// What phases stand in place of.
void refuse_beside_phases(Context& context, const Fields& load) {
  for (const char* key : {"arrivalRate", "rampTo"})
    if (load.find(key) != nullptr)
      context.problems.add(load.place(key), fmt::format("load has phases and {}", key),
                           "the phases have rates of their own: keep one of them");
  const Node* cycles = load.find("cycles");
  const Entry* requests =
      cycles != nullptr && cycles->is_map() ? find_entry(*cycles, "requests") : nullptr;
  if (requests != nullptr)
    context.problems.add(requests->key_place, "load has phases and cycles.requests",
                         "a cycle runs through all phases once: keep one of them");
}

}  // namespace

void read_arrivals(Context& context, const Fields& fields, model::LoadSpec& load) {
  const Node* rate = fields.find("arrivalRate");
  const Node* ramp = fields.find("rampTo");
  const Node* phases = fields.find("phases");
  const Node* busy = fields.find("whenBusy");
  if (rate != nullptr)
    load.arrival_rate = read_number(context, *rate, "load.arrivalRate", {kLeastRate, kMostRate});
  if (ramp != nullptr)
    load.ramp_to = read_number(context, *ramp, "load.rampTo", {kLeastRate, kMostRate});
  if (phases != nullptr) {
    load.phases = read_phases(context, *phases);
    refuse_beside_phases(context, fields);
  } else if (ramp != nullptr && rate == nullptr && context.whole) {
    context.problems.add(fields.place("rampTo"), "load.rampTo needs arrivalRate",
                         "arrivalRate is the rate that it begins with");
  }
  if (busy == nullptr) return;
  if (read_choice(context, *busy, "load.whenBusy", {"wait", "drop"}) == 1U)
    load.when_busy = model::LoadSpec::WhenBusy::drop;
  if (rate == nullptr && phases == nullptr && context.whole)
    context.problems.add(fields.place("whenBusy"), "load.whenBusy needs arrivalRate or phases",
                         "without them a user begins an iteration when it is free");
}

}  // namespace leakcheck::scenario
