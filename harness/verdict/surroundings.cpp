#include "harness/verdict/surroundings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>

#include "harness/base/bytes.hpp"
#include "harness/verdict/estimate.hpp"
#include "harness/verdict/wording.hpp"

namespace leakcheck::verdict {
namespace {

constexpr double kFewestRequests = 20'000;
constexpr double kWorthASentence = 8.0 * 1024 * 1024;

using Read = std::function<double(const model::Cycle&)>;

/// Of the cycles' own requests; what lies between kinds of cycles is left out.
stats::Growth grow(const std::vector<model::Cycle>& cycles, std::size_t first, const Read& read) {
  std::vector<stats::Step> steps;
  for (std::size_t k = std::max<std::size_t>(first, 1); k < cycles.size(); ++k)
    if (cycles[k].phase == cycles[k - 1].phase && cycles[k].times == cycles[k - 1].times &&
        cycles[k].phase != model::Phase::settle)
      steps.push_back(
          {read(cycles[k]) - read(cycles[k - 1]), static_cast<double>(cycles[k].requests)});
  return stats::estimate_growth(steps);
}

/// The first cycle since the track's suspicion, or of its window. Primers of replays are cycles
/// too, so it may be one or two early.
std::size_t first_cycle(const Track& track, const std::vector<model::Cycle>& cycles) {
  const auto first = static_cast<std::size_t>(
      track.suspicion() ? std::max(track.suspicion()->cycles - 1, 0) : track.first_level());
  return std::min(first, cycles.size());
}

}  // namespace

std::vector<model::PartGrowth> list_parts(const Track& track,
                                          const std::vector<model::Cycle>& cycles) {
  std::vector<model::PartGrowth> parts;
  if (cycles.empty() || cycles.back().readings.size() < 2) return parts;
  for (std::size_t part = 0; part < cycles.back().readings.size(); ++part) {
    const model::Reading& latest = cycles.back().readings[part];
    if (track.quantity() == model::Quantity::native && latest.thread != 0) continue;
    const auto read = [&](const model::Cycle& cycle) {
      const model::Reading& reading = cycle.readings[part];
      const Bytes amount = track.quantity() == model::Quantity::native
                               ? reading.native.value_or(model::NativeMemory{}).live
                               : model::amount(reading.post_gc, track.quantity());
      return static_cast<double>(amount.count);
    };
    parts.push_back({latest.pid, latest.thread, track.quantity(),
                     to_estimate(grow(cycles, first_cycle(track, cycles), read), true)});
  }
  return parts;
}

std::optional<double> allocations_per_request(const Track& native,
                                              const std::vector<model::Cycle>& cycles) {
  if (cycles.empty() || !cycles.back().native) return std::nullopt;
  const stats::Growth growth =
      grow(cycles, first_cycle(native, cycles), [](const model::Cycle& cycle) {
        return static_cast<double>(cycle.native.value_or(model::NativeMemory{}).allocations);
      });
  if (growth.steps == 0) return std::nullopt;
  return growth.trimmed;
}

std::optional<model::ResidentSet> judge_resident(std::span<const Track> tracks,
                                                 const std::vector<model::Cycle>& cycles) {
  if (cycles.empty()) return std::nullopt;
  double requests = 0;
  for (const model::Cycle& cycle : cycles) requests += static_cast<double>(cycle.requests);
  if (requests < kFewestRequests) return std::nullopt;

  const bool has_pss = std::all_of(cycles.begin(), cycles.end(),
                                   [](const model::Cycle& cycle) { return cycle.pss.has_value(); });
  const std::size_t first = cycles.size() / 2;
  const stats::Growth growth = grow(cycles, first, [&](const model::Cycle& cycle) {
    return static_cast<double>((has_pss ? *cycle.pss : cycle.post_gc.rss).count);
  });
  model::ResidentSet resident;
  resident.bytes_per_request = growth.mean;
  const std::string_view name = has_pss ? "the resident memory (PSS)" : "the resident memory (rss)";
  const double grown = growth.mean * growth.requests;
  if (growth.steps == 0 || grown < kWorthASentence) {
    resident.reason = fmt::format("{} moved by {} over the last {} requests", name,
                                  format_level(grown), format_grouped(growth.requests));
    return resident;
  }
  const std::string grew =
      fmt::format("{} grew by {} per request", name, format_bytes(growth.mean));
  const auto keeps = std::find_if(tracks.begin(), tracks.end(), [](const Track& track) {
    return track.standing() == Track::Standing::leak || track.standing() == Track::Standing::keyed;
  });
  const bool counted = std::any_of(tracks.begin(), tracks.end(), [](const Track& track) {
    return track.quantity() == model::Quantity::native;
  });
  if (keeps != tracks.end()) {
    resident.kind = model::ResidentSet::Kind::follows;
    resident.reason = fmt::format("{}, following {}", grew, name_in_prose(keeps->quantity()));
  } else if (std::any_of(tracks.begin(), tracks.end(), [](const Track& track) {
               return track.standing() != Track::Standing::clean &&
                      track.standing() != Track::Standing::bounded;
             })) {
    return std::nullopt;
  } else if (counted) {
    resident.kind = model::ResidentSet::Kind::fragmentation;
    resident.reason =
        grew +
        " while nothing more is allocated: malloc keeps pages that are free, which is "
        "fragmentation and no leak; MALLOC_ARENA_MAX=2 or another allocator "
        "(jemalloc) is the cure";
  } else {
    resident.kind = model::ResidentSet::Kind::unexplained;
    resident.reason = grew +
                      " while the heap and external memory are flat: native memory may leak, or "
                      "malloc keeps free pages; malloc was not counted, which would tell";
  }
  return resident;
}

}  // namespace leakcheck::verdict
