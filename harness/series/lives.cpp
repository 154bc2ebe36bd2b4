#include <algorithm>
#include <cmath>
#include <cstdint>

#include "harness/series/clean.hpp"
#include "harness/stats/robust.hpp"

namespace leakcheck::series {
namespace {

using model::MemoryReading;
using model::SeriesPart;

constexpr std::size_t kLookedBack = 20;  // readings whose lowest heap a restart falls below
constexpr double kFallOfRestart = 0.7;
constexpr double kGap = 10;  // times the usual interval

bool fell(double before, double after, double share) {
  return std::isfinite(before) && std::isfinite(after) && after < share * before;
}

/// Why `readings[i]` is of another process than the one before; "" when it is not.
std::string restart_at(const std::vector<MemoryReading>& readings, std::size_t begin,
                       std::size_t i) {
  const MemoryReading& before = readings[i - 1];
  const MemoryReading& after = readings[i];
  if (std::isfinite(before.pid) && std::isfinite(after.pid)) {
    if (before.pid != after.pid) return "restarted: its pid changed";
  }
  if (std::isfinite(before.uptime_s) && std::isfinite(after.uptime_s)) {
    if (after.uptime_s < before.uptime_s - 1) return "restarted: its uptime fell";
    return "";
  }
  if (fell(before.requests, after.requests, 0.5) || fell(before.major_gcs, after.major_gcs, 0.5))
    return "restarted: a counter fell";
  if (std::isfinite(before.pid) && std::isfinite(after.pid)) return "";
  if (!fell(before.rss, after.rss, kFallOfRestart)) return "";
  // A collection takes heapUsed down as well, but not below where it has come down to before.
  double lowest = MemoryReading::kUnknown;
  for (std::size_t k = std::max(begin, i < kLookedBack ? 0 : i - kLookedBack); k < i; ++k)
    if (!(lowest <= readings[k].heap_used)) lowest = readings[k].heap_used;
  return fell(lowest, after.heap_used, kFallOfRestart) ? "restarted: heapUsed and rss fell at once"
                                                       : "";
}

double span_of(const std::vector<MemoryReading>& readings, std::size_t begin, std::size_t end) {
  return readings[end - 1].at_s - readings[begin].at_s;
}

struct Cut {
  std::size_t at = 0;
  std::string why;
};

/// Cuts at gaps that are longer than all that was written on either side.
void cut_gaps(const std::vector<MemoryReading>& readings, std::size_t begin, std::size_t end,
              double usual, std::vector<Cut>& cuts) {
  std::size_t widest = 0;
  double gap = 0;
  for (std::size_t i = begin + 1; i < end; ++i)
    if (readings[i].at_s - readings[i - 1].at_s > gap) {
      gap = readings[i].at_s - readings[i - 1].at_s;
      widest = i;
    }
  if (widest == 0 || gap <= kGap * usual) return;
  if (gap <= std::max(span_of(readings, begin, widest), span_of(readings, widest, end))) return;
  cuts.push_back({widest, "nothing was written for longer than before and after"});
  cut_gaps(readings, begin, widest, usual, cuts);
  cut_gaps(readings, widest, end, usual, cuts);
}

}  // namespace

std::vector<SeriesPart> split_lives(std::vector<MemoryReading> readings) {
  std::vector<SeriesPart> parts;
  if (readings.empty()) return parts;
  std::vector<double> steps;
  steps.reserve(readings.size());
  for (std::size_t i = 1; i < readings.size(); ++i)
    steps.push_back(readings[i].at_s - readings[i - 1].at_s);
  const double usual = steps.empty() ? 0 : stats::median(steps);

  std::vector<Cut> cuts;
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= readings.size(); ++i) {
    std::string why = i < readings.size() ? restart_at(readings, begin, i) : "the end";
    if (why.empty()) continue;
    if (usual > 0) cut_gaps(readings, begin, i, usual, cuts);
    if (i < readings.size()) cuts.push_back({i, std::move(why)});
    begin = i;
  }
  if (cuts.empty()) {
    parts.push_back({std::move(readings), ""});
    return parts;
  }
  std::sort(cuts.begin(), cuts.end(), [](const Cut& a, const Cut& b) { return a.at < b.at; });
  cuts.push_back({readings.size(), ""});
  begin = 0;
  std::string began;
  for (Cut& cut : cuts) {
    parts.push_back({{readings.begin() + static_cast<std::ptrdiff_t>(begin),
                      readings.begin() + static_cast<std::ptrdiff_t>(cut.at)},
                     began});
    begin = cut.at;
    began = std::move(cut.why);
  }
  return parts;
}

}  // namespace leakcheck::series
