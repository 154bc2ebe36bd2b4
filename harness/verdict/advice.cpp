#include "harness/verdict/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/bytes.hpp"
#include "harness/verdict/wording.hpp"

namespace leakcheck::verdict {
namespace {

constexpr double kRoomForNoise = 1.2;
constexpr double kMostRequestsAdvised = 20'000;
constexpr double kSlowing = 0.6;

std::string more_time(const Situation& situation) {
  if (situation.cut_short) return "give the run more time (load.max)";
  return fmt::format("allow more cycles (load.cycles.max, now {})", situation.settings.max_cycles);
}

std::string too_few_cycles(const Situation& situation) {
  return fmt::format("only {} {} measured, and an answer takes at least {}: {}", situation.cycles,
                     situation.cycles == 1 ? "cycle was" : "cycles were", kFirstCheckpoint,
                     more_time(situation));
}

std::string unconfirmed(const Track& track, const Situation& situation) {
  const Suspicion& suspicion = *track.suspicion();
  const double sent = situation.requests;
  const double enough = track.confirmation().enough_requests;
  if (sent + 0.5 < enough)
    return fmt::format(
        "{} grows by {} per request, but {} requests are too few to tell a leak from a cache that "
        "fills: {} are needed; {}",
        name_in_prose(track.quantity()), format_bytes(track.pace()), format_grouped(sent),
        format_grouped(enough),
        situation.cut_short
            ? more_time(situation)
            : "send more requests per cycle (load.cycles.requests) or " + more_time(situation));
  const stats::Growth latest = stats::estimate_growth(latest_steps(track.steps()));
  if (latest.trimmed < kSlowing * suspicion.growth.trimmed)
    return fmt::format(
        "{} still grows, but slower and slower: by {} per request at the end, {} at first, as a "
        "cache does that is not full yet; {}",
        name_in_prose(track.quantity()), format_bytes(latest.trimmed),
        format_bytes(suspicion.growth.trimmed), more_time(situation));
  return fmt::format(
      "{} grows by {} per request, but too unevenly to be sure: it gave some back, or paused; {}",
      name_in_prose(track.quantity()), format_bytes(track.growth().mean), more_time(situation));
}

std::string unexplored(const Track& track) {
  const std::string grows =
      std::string(name_in_prose(track.quantity())) + " grows with new keys only";
  if (track.explored_requests() >= track.requests_to_explore())
    return fmt::format(
        "{}, too unevenly over {} requests to tell a cache that fills from growth for ever; say "
        "how "
        "many keys there are (load.boundedKeys), or send more requests per cycle "
        "(load.cycles.requests)",
        grows, format_grouped(track.explored_requests()));
  return fmt::format(
      "{}, and {} requests with new keys are too few to tell a cache that fills from growth for "
      "ever: {} are needed; give the run more time (load.max), or say how many keys there are "
      "(load.boundedKeys)",
      grows, format_grouped(track.explored_requests()),
      format_grouped(track.requests_to_explore()));
}

/// Requests per cycle that bring the smallest visible leak below the budget; 0 when none would.
double requests_advised(const Track& track, const Situation& situation) {
  const double room = track.budget() - std::max(track.growth().mean, 0.0);
  if (room <= 0 || track.growth().steps == 0) return 0;
  const double factor = kRoomForNoise * stats::kSigmas * track.growth().mean_error / room;
  const double judged = track.growth().requests / track.growth().steps;
  const double requests = std::ceil(judged * factor / 100) * 100;
  return requests > situation.requests_a_cycle && requests <= kMostRequestsAdvised ? requests : 0;
}

std::string unsettled(const Track& track, const Situation& situation) {
  const stats::Growth& growth = track.growth();
  if (growth.mean_low() > track.budget() || growth.trimmed_low() > track.budget())
    return fmt::format(
        "{} grew by {} per request over the last {} requests, but unevenly: a leak in bursts and "
        "late start-up work both look like this; {}, or warm up for longer (load.warmup)",
        name_in_prose(track.quantity()), format_bytes(growth.mean), format_grouped(growth.requests),
        more_time(situation));
  const double requests = requests_advised(track, situation);
  const std::string more_requests =
      requests > 0
          ? fmt::format("send about {} requests per cycle (load.cycles.requests, now {})",
                        format_grouped(requests), format_grouped(situation.requests_a_cycle))
          : "send more requests per cycle (load.cycles.requests)";
  return fmt::format(
      "{} moves too much to be judged: only a leak above {} per request would have been seen, and "
      "the budget is {}; {}{}",
      name_in_prose(track.quantity()), format_bytes(track.smallest_leak()),
      format_bytes(track.budget()), situation.cut_short ? more_time(situation) : more_requests,
      situation.settings.mode == model::Mode::native ? ", or measure in quiet mode" : "");
}

}  // namespace

std::string explain_inconclusive(const Track& track, const Situation& situation) {
  if (!situation.done) return fmt::format("not decided after {} cycles", situation.cycles);
  if (situation.cycles < kFirstCheckpoint) return too_few_cycles(situation);
  if (track.standing() == Track::Standing::exploring) return unexplored(track);
  if (track.standing() == Track::Standing::confirming) return unconfirmed(track, situation);
  return unsettled(track, situation);
}

}  // namespace leakcheck::verdict
