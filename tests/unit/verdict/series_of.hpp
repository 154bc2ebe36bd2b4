#pragma once

#include <functional>
#include <vector>

#include "harness/verdict/judge.hpp"

/// Series by hand.
namespace leakcheck::tests {

inline constexpr double kHeapBase = 5'000'000;

/// `count` cycles of `requests` each; `kept(served)` is what the JS heap has kept after so many.
inline std::vector<model::Cycle> series_of(int count, const std::function<double(double)>& kept,
                                           int requests = 100) {
  std::vector<model::Cycle> cycles;
  for (int k = 1; k <= count; ++k) {
    model::Cycle cycle;
    cycle.index = k;
    cycle.requests = requests;
    cycle.requests_total = static_cast<std::int64_t>(k) * requests;
    const double served = static_cast<double>(k) * requests;
    cycle.post_gc = {.rss = Bytes{60'000'000},
                     .heap_total = Bytes{9'000'000},
                     .heap_used = Bytes{static_cast<std::int64_t>(kHeapBase + kept(served))},
                     .external = Bytes{2'000'000},
                     .array_buffers = Bytes{10'500}};
    cycles.push_back(cycle);
  }
  return cycles;
}

inline std::vector<model::Cycle> leaking(int count, double bytes_per_request, int requests = 100) {
  return series_of(
      count, [=](double served) { return bytes_per_request * served; }, requests);
}

inline verdict::Decision decide(const std::vector<model::Cycle>& cycles,
                                const verdict::Settings& settings = {}, bool no_more = false) {
  return verdict::decide(settings, cycles, {}, no_more);
}

inline const model::QuantityVerdict& heap_of(const verdict::Decision& decision) {
  return decision.verdict.quantities.at(0);
}

}  // namespace leakcheck::tests
