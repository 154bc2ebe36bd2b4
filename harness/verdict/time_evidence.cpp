#include "harness/verdict/time_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace leakcheck::verdict {
namespace {

constexpr double kMiB = 1024.0 * 1024;
constexpr double kMultiple = 4.5;  // V8 lets the old generation grow to four times
constexpr double kMultipleBytes = 64 * kMiB;
constexpr int kFewestDeep = 3;
constexpr int kManyFalls = 100;
constexpr double kPromoted = 0.001;
constexpr double kRise = 4.0 / 3;
constexpr std::size_t kMostPoints = 400;

/// The counter at a time: of the last reading that has it by then.
std::optional<double> counter_at(const std::vector<stats::LevelAt>& counts, double at) {
  const auto after =
      std::upper_bound(counts.begin(), counts.end(), at,
                       [](double time, const stats::LevelAt& count) { return time < count.at; });
  if (after == counts.begin()) return std::nullopt;
  return std::prev(after)->level;
}

/// Whether all of the last third is that many times the highest of the first.
bool has_multiplied(const std::vector<stats::LevelAt>& floors) {
  const auto third = static_cast<std::ptrdiff_t>(floors.size() / 3);
  if (third == 0) return false;
  const auto lower = [](const auto& a, const auto& b) { return a.level < b.level; };
  const auto early = std::max_element(floors.begin(), floors.begin() + third, lower);
  const auto late = std::min_element(floors.end() - third, floors.end(), lower);
  return late->level >= kMultiple * early->level;
}

}  // namespace

std::vector<stats::LevelAt> levels_of(const Readings& readings,
                                      double model::MemoryReading::*place) {
  std::vector<stats::LevelAt> levels;
  levels.reserve(readings.size());
  for (const auto& reading : readings)
    if (std::isfinite(reading.*place)) levels.push_back({reading.at_s, reading.*place});
  return levels;
}

Evidence find_evidence(const Readings& readings, const stats::Collections& collections,
                       const FloorTrend& heap, bool post_gc, int full_ones) {
  if (post_gc) return Evidence::post_gc;
  const auto majors = levels_of(readings, &model::MemoryReading::major_gcs);
  if (!majors.empty() && majors.back().level - majors.front().level >= 3) return Evidence::counted;
  if (full_ones > 0) return Evidence::given_back;
  if (collections.deep_falls >= kFewestDeep) return Evidence::deep;
  const double climb = heap.line.at_end - heap.line.at_start;
  if (climb >= kMultipleBytes && has_multiplied(heap.found)) return Evidence::multiplied;
  if (collections.falls >= kManyFalls && climb < kPromoted * collections.allocated)
    return Evidence::outweighed;
  return Evidence::none;
}

std::string explain(Evidence evidence, const stats::Collections& collections, int full_ones) {
  switch (evidence) {
    case Evidence::none:
      return "";
    case Evidence::post_gc:
      return "the readings are after collections";
    case Evidence::counted:
      return "the log counts full collections";
    case Evidence::deep:
      return fmt::format("{} falls of heapUsed are too deep for scavenges", collections.deep_falls);
    case Evidence::given_back:
      return fmt::format("the lows themselves fell, {} times", full_ones);
    case Evidence::multiplied:
      return "the heap became more than four times as large, and V8 does not wait so long";
    case Evidence::outweighed:
      return fmt::format(
          "{} collections, and the climb is a small part of what was allocated in between",
          collections.falls);
  }
  return "";
}

Traffic find_traffic(const Readings& readings, const FloorTrend& heap) {
  const auto counts = levels_of(readings, &model::MemoryReading::requests);
  if (counts.size() < 3 || heap.judged.size() < 2) return Traffic::unknown;
  const double from = std::max(heap.judged.front().at, counts.front().at);
  const double to = std::min(heap.judged.back().at, counts.back().at);
  const double third = (to - from) / 3;
  const auto served = [&](double begin) {
    return counter_at(counts, begin + third).value_or(0) - counter_at(counts, begin).value_or(0);
  };
  if (!(third > 0)) return Traffic::unknown;
  const double first = served(from);
  const double last = served(to - third);
  if (first <= 0 && last <= 0) return Traffic::even;
  return last > kRise * first ? Traffic::rose : Traffic::even;
}

std::optional<model::Estimate> estimate_per_request(const Readings& readings,
                                                    const FloorTrend& heap) {
  const auto counts = levels_of(readings, &model::MemoryReading::requests);
  if (counts.size() < 3) return std::nullopt;
  std::vector<double> x;
  std::vector<double> y;
  const std::size_t stride = heap.judged.size() / kMostPoints + 1;
  for (std::size_t i = 0; i < heap.judged.size(); i += stride)
    if (const auto count = counter_at(counts, heap.judged[i].at)) {
      x.push_back(*count);
      y.push_back(heap.judged[i].level);
    }
  if (x.size() < 2 || !(x.back() > x.front())) return std::nullopt;
  const stats::Trend line = stats::estimate_trend(x, y);
  model::Estimate estimate;
  estimate.bytes_per_request = line.slope;
  estimate.low = line.low;
  estimate.high = line.high;
  estimate.confidence = stats::kConfidence;
  estimate.deltas = line.points - 1;
  estimate.requests = static_cast<std::int64_t>(x.back() - x.front());
  return estimate;
}

}  // namespace leakcheck::verdict
