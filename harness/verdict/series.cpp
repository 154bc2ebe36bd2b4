#include "harness/verdict/series.hpp"

#include <algorithm>
#include <iterator>

namespace leakcheck::verdict {
namespace {

constexpr std::int64_t kOneIn = 20;

Part part_of(const model::Cycle& cycle) {
  switch (cycle.phase) {
    case model::Phase::explore:
      return Part::explore;
    case model::Phase::settle:
      return Part::settle;
    case model::Phase::replay:
      return cycle.times > 1 ? Part::large_replay : Part::main;
    default:
      return cycle.times > 1 ? Part::large : Part::main;
  }
}

}  // namespace

bool same_subjects(const model::Cycle& a, const model::Cycle& b) {
  return a.processes == b.processes &&
         std::equal(a.readings.begin(), a.readings.end(), b.readings.begin(), b.readings.end(),
                    [](const model::Reading& one, const model::Reading& other) {
                      return one.pid == other.pid && one.thread == other.thread;
                    });
}

std::vector<model::Cycle> comparable_cycles(const std::vector<model::Cycle>& cycles) {
  std::vector<model::Cycle> measured;
  std::copy_if(
      cycles.begin(), cycles.end(), std::back_inserter(measured), [](const model::Cycle& cycle) {
        return cycle.phase != model::Phase::warmup && cycle.phase != model::Phase::routes &&
               cycle.phase != model::Phase::explain && cycle.requests > 0;
      });
  const auto changed = std::find_if(
      measured.rbegin(), measured.rend(),
      [&](const model::Cycle& cycle) { return !same_subjects(cycle, measured.back()); });
  measured.erase(measured.begin(), changed.base());
  return measured;
}

bool is_counted(const std::vector<model::Cycle>& cycles, model::Quantity quantity) {
  return quantity != model::Quantity::native ||
         (!cycles.empty() &&
          std::all_of(cycles.begin(), cycles.end(),
                      [](const model::Cycle& cycle) { return cycle.native.has_value(); }));
}

double amount_after(const model::Cycle& cycle, model::Quantity quantity) {
  const Bytes amount = quantity == model::Quantity::native
                           ? cycle.native.value_or(model::NativeMemory{}).live
                           : model::amount(cycle.post_gc, quantity);
  return static_cast<double>(amount.count);
}

std::vector<Level> list_levels(const std::vector<model::Cycle>& cycles, model::Quantity quantity) {
  std::vector<Level> levels;
  int times = 0;
  for (const model::Cycle& cycle : cycles) {
    Level level;
    level.part = part_of(cycle);
    level.replayed = cycle.phase == model::Phase::replay;
    level.bytes = amount_after(cycle, quantity);
    level.requests = static_cast<double>(cycle.requests);
    level.requests_total = static_cast<double>(cycle.requests_total);
    level.ahead_ms = cycle.ahead_ms;
    level.joined = !levels.empty() && levels.back().part == level.part &&
                   levels.back().replayed == level.replayed && times == cycle.times;
    times = cycle.times;
    levels.push_back(level);
  }
  return levels;
}

bool refuses_replay(const std::vector<model::Cycle>& cycles) {
  std::int64_t fresh = 0, fresh_failed = 0, replayed = 0, replayed_failed = 0;
  for (const model::Cycle& cycle : cycles) {
    if (cycle.phase == model::Phase::settle) continue;
    const bool is_replay = cycle.phase == model::Phase::replay;
    (is_replay ? replayed : fresh) += cycle.requests;
    (is_replay ? replayed_failed : fresh_failed) += cycle.failed;
  }
  return kOneIn * replayed_failed > replayed && kOneIn * fresh_failed <= fresh;
}

}  // namespace leakcheck::verdict
