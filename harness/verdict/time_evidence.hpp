#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/model/memory_series.hpp"
#include "harness/model/verdict.hpp"
#include "harness/verdict/floor_trend.hpp"

namespace leakcheck::verdict {

using Readings = std::vector<model::MemoryReading>;

/// The readings of one quantity that the log tells.
std::vector<stats::LevelAt> levels_of(const Readings& readings,
                                      double model::MemoryReading::*place);

/// How it is known that full collections took place while the floors climbed. Scavenges alone leave
/// what was promoted, so the floors after them climb in a healthy service until V8 makes a full
/// one.
enum class Evidence {
  none,
  post_gc,     ///< the readings are after collections
  counted,     ///< the log counts at least three
  deep,        ///< three falls or more are deeper than the young generation
  given_back,  ///< the lows themselves fell: the floors are what was left then
  multiplied,  ///< 4.5 times the beginning, and 64 MB more: V8 does not wait so long
  outweighed,  ///< a hundred collections, and the climb is less than 0.1 % of what was allocated:
               ///< promoted garbage would be more
};
Evidence find_evidence(const Readings& readings, const stats::Collections& collections,
                       const FloorTrend& heap, bool post_gc, int full_ones);

/// "its lows fell 14 times": what the evidence is, for a sentence; "" for none.
std::string explain(Evidence evidence, const stats::Collections& collections, int full_ones);

/// What the requests did meanwhile.
enum class Traffic {
  unknown,
  even,
  rose,  ///< by a third or more from the first third of the time to the last
};
Traffic find_traffic(const Readings& readings, const FloorTrend& heap);

/// Bytes per request, by the floors against the counter of requests.
std::optional<model::Estimate> estimate_per_request(const Readings& readings,
                                                    const FloorTrend& heap);

}  // namespace leakcheck::verdict
