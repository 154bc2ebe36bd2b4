#include "harness/verdict/series.hpp"

#include <algorithm>
#include <iterator>

namespace leakcheck::verdict {

std::vector<model::Cycle> comparable_cycles(const std::vector<model::Cycle>& cycles) {
  std::vector<model::Cycle> measured;
  std::copy_if(cycles.begin(), cycles.end(), std::back_inserter(measured),
               [](const model::Cycle& cycle) {
                 return cycle.phase != model::Phase::warmup && cycle.requests > 0;
               });
  const auto changed = std::find_if(
      measured.rbegin(), measured.rend(),
      [&](const model::Cycle& cycle) { return cycle.processes != measured.back().processes; });
  measured.erase(measured.begin(), changed.base());
  return measured;
}

bool is_counted(const std::vector<model::Cycle>& cycles, model::Quantity quantity) {
  return quantity != model::Quantity::native ||
         std::all_of(cycles.begin(), cycles.end(),
                     [](const model::Cycle& cycle) { return cycle.native.has_value(); });
}

Series make_series(const std::vector<model::Cycle>& cycles, model::Quantity quantity) {
  Series series;
  for (const model::Cycle& cycle : cycles) {
    const Bytes amount = quantity == model::Quantity::native
                             ? cycle.native.value_or(model::NativeMemory{}).live
                             : model::amount(cycle.post_gc, quantity);
    const auto level = static_cast<double>(amount.count);
    if (!series.levels.empty())
      series.steps.push_back({level - series.levels.back(), static_cast<double>(cycle.requests)});
    series.levels.push_back(level);
    series.requests_total.push_back(static_cast<double>(cycle.requests_total));
  }
  return series;
}

}  // namespace leakcheck::verdict
