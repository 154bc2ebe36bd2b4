#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "harness/base/bytes.hpp"
#include "harness/base/long_time.hpp"
#include "harness/verdict/time_sight.hpp"
#include "harness/verdict/wording.hpp"

namespace leakcheck::verdict {
namespace {

using model::CheckState;
using model::SeriesVerdict;
using model::TimeAnswer;

constexpr std::size_t kFewestReadings = 30;
constexpr std::size_t kFewestFloors = 10;
constexpr int kFewestFalls = 10;
constexpr double kLeastSaw = 0.005;  // depth of a fall, of the heap
constexpr double kDay = 86'400;
constexpr double kDaysForTraffic = 1.5;
constexpr double kTwice = 2;       // as much: more than load usually adds
constexpr double kEvenHours = 10;  // in so long a daily swing bends
constexpr double kEven = 0.04;     // of the climb: a line that is as straight is no swing
constexpr std::size_t kFewestToFail = 2;
constexpr double kShortest = 0.25;  // of the rule's time, to call it clean
constexpr double kWarmUp = 0.125;   // of the log; what takes longer has filled something

std::string span_words(const Sight& sight) {
  return format_long_time(sight.heap.span_s());
}

/// Why no floors can be found; "" when they can.
std::string find_obstacle(const Sight& sight, std::string& hint) {
  if (sight.heap_readings == 0) {
    hint = "log process.memoryUsage() whole: heapUsed is what the rule is about";
    return "the log has no heapUsed";
  }
  if (sight.heap_readings < (sight.post_gc ? kFewestFloors : kFewestReadings)) {
    hint = "log every few seconds, for as long as the rule's time";
    return fmt::format("{} of heapUsed {} too few to tell anything",
                       sight.heap_readings == 1 ? std::string("one reading")
                                                : fmt::format("{} readings", sight.heap_readings),
                       sight.heap_readings == 1 ? "is" : "are");
  }
  if (sight.post_gc) {
    if (sight.heap.judged.size() >= kFewestFloors) return "";
    hint = "log for longer";
    return "the readings span too little time";
  }
  if (sight.full_ones == 0 && (sight.collections.falls < kFewestFalls ||
                               sight.collections.depth < kLeastSaw * sight.usual_heap)) {
    hint = "log for longer under load; or say --post-gc if every reading follows a collection";
    if (sight.collections.falls == 0)
      return "heapUsed never falls: no collection shows, so what it comes down to is not known";
    return fmt::format(
        "heapUsed shows no sawtooth to speak of ({} falls of {}): what it comes down to after a "
        "collection is not known",
        sight.collections.falls, format_level(sight.collections.depth));
  }
  if (sight.heap.judged.size() >= sight.fewest_floors()) return "";
  hint = fmt::format("log for {} at least",
                     format_long_time(1.5 * static_cast<double>(kFewestFloors) * sight.window_s));
  return fmt::format(
      "too few collections: a floor takes {} here, and there are {} of them where {} are needed",
      format_long_time(sight.window_s), sight.heap.judged.size(), sight.fewest_floors());
}

/// Numbers that more than one sentence needs.
struct Pace {
  double percent = 0;  ///< over the rule's time, with its interval
  double low = 0;
  double high = 0;
  double seen = 0;    ///< percent that the line climbed over all of the log
  double surely = 0;  ///< the low end of that
  bool whole = false;
};

Pace find_pace(const Sight& sight) {
  const auto& line = sight.heap.line;
  Pace pace;
  pace.percent = sight.percent(line.slope, line.at_start);
  pace.low = sight.percent(line.low, line.at_start);
  pace.high = sight.percent(line.high, line.at_start);
  const double times = sight.heap.span_s() / sight.settings.over_s;
  pace.seen = pace.percent * times;
  pace.surely = pace.low * times;
  pace.whole = sight.is_whole(sight.heap);
  return pace;
}

/// Whether a rise of traffic cannot have been the cause.
bool is_no_traffic(const Sight& sight) {
  if (sight.traffic == Traffic::even) return true;
  if (sight.traffic == Traffic::rose) return false;
  const auto& line = sight.heap.line;
  const double climb = line.at_end - line.at_start;
  const bool is_straight =
      sight.heap.span_s() >= kEvenHours * 3600 && sight.heap.bend() < kEven * climb;
  return sight.heap.span_s() >= kDaysForTraffic * kDay || climb >= (kTwice - 1) * line.at_start ||
         is_straight;
}

std::string traffic_words(const Sight& sight) {
  return sight.traffic == Traffic::rose
             ? "traffic rose in the same time, so it may be that"
             : "it may be traffic: the log is shorter than a day and counts no requests";
}

void put_rule(SeriesVerdict& verdict, CheckState state, std::string measured, std::string message) {
  verdict.rule.state = state;
  verdict.rule.measured = std::move(measured);
  verdict.rule.message = std::move(message);
}

std::string interval_words(double low, double high) {
  if (!std::isfinite(low) || !std::isfinite(high)) return "not known";
  return fmt::format("{:.1f} to {:.1f} %", low, high);
}

/// What climbed by more than the limit: rule, and what is known of the cause.
void judge_climb(const Sight& sight, const Pace& pace, const std::optional<Climb>& climb,
                 SeriesVerdict& verdict) {
  const std::string over = format_long_time(sight.settings.over_s);
  const std::string what =
      climb ? fmt::format("what heapUsed comes down to climbed by {:.1f} % ({}) in the {} from {}",
                          climb->percent, interval_words(climb->low, climb->high), over,
                          format_moment(climb->from_s))
            : fmt::format("what heapUsed comes down to climbed by {:.1f} % in {} already",
                          pace.seen, span_words(sight));
  const std::string measured = climb ? fmt::format("{:.1f} %", climb->percent)
                                     : fmt::format("{:.1f} % in {}", pace.seen, span_words(sight));
  if (sight.evidence == Evidence::none) {
    put_rule(verdict, CheckState::inconclusive, measured,
             "no full collection is known to lie in between");
    verdict.answer = TimeAnswer::inconclusive;
    verdict.reason =
        what + ", but nothing shows a full collection in that time: scavenges leave garbage behind";
    verdict.hint =
        "log for longer, or count full collections: majorGcs, or prom-client's "
        "nodejs_gc_duration_seconds_count";
    return;
  }
  put_rule(verdict, CheckState::failed, measured, what);
  const auto& heap = sight.heap;
  const double latest = sight.percent(heap.second.high, heap.line.at_start);
  if (heap.is_steady() && !heap.slows && heap.line.low > 0) {
    if (is_no_traffic(sight)) {
      verdict.answer = TimeAnswer::leak;
      verdict.reason = fmt::format("{}, and it does not slow down", what);
      return;
    }
    verdict.rule.state = CheckState::inconclusive;
    verdict.reason = fmt::format("{}; {}", what, traffic_words(sight));
    verdict.hint = "log a counter of requests, or two days";
    return;
  }
  if (heap.second.low <= 0 && latest < sight.limit()) {
    verdict.answer = TimeAnswer::bounded;
    verdict.reason = what + "; it stopped since";
    return;
  }
  verdict.reason = what + "; whether it goes on cannot be told yet";
  if (!is_no_traffic(sight)) verdict.rule.state = CheckState::inconclusive;
  verdict.hint = "log for longer";
}

void judge_below(const Sight& sight, const Pace& pace, SeriesVerdict& verdict) {
  const auto& heap = sight.heap;
  const std::string over = format_long_time(sight.settings.over_s);
  const std::string interval = interval_words(pace.low, pace.high);
  const std::string measured = fmt::format("{:.1f} % ({})", pace.percent, interval);
  const bool goes_on = heap.is_steady() && !heap.slows && pace.whole;
  put_rule(verdict, CheckState::passed, measured,
           fmt::format("{:.1f} % over {}{}", pace.percent, over,
                       pace.whole ? "" : ", worked out from a shorter log"));
  if (goes_on && pace.surely > sight.limit() && sight.evidence != Evidence::none &&
      is_no_traffic(sight)) {
    verdict.answer = TimeAnswer::leak;
    verdict.reason = fmt::format(
        "what heapUsed comes down to climbs evenly: slower than the limit, by {:.1f} % over {}, "
        "but by {:.1f} % in all of the {}",
        pace.percent, over, pace.seen, span_words(sight));
    return;
  }
  if (heap.span_s() < kShortest * sight.settings.over_s) {
    verdict.rule.state = CheckState::inconclusive;
    verdict.reason = fmt::format("nothing climbs, but {} are too short for a rule about {}",
                                 span_words(sight), over);
    verdict.hint = fmt::format("log for {}, or give a shorter --over", over);
    return;
  }
  const double all = heap.found.back().at - heap.found.front().at;
  const bool filled =
      heap.warm_s > kWarmUp * all && 100 * heap.warm_climb > sight.limit() * heap.line.at_start;
  verdict.answer = filled ? TimeAnswer::bounded : TimeAnswer::clean;
  verdict.reason =
      filled ? fmt::format("what heapUsed comes down to climbed by {} in the first {}, and stopped",
                           format_level(heap.warm_climb), format_long_time(heap.warm_s))
             : fmt::format(
                   "what heapUsed comes down to does not climb: {} over {}; more than that "
                   "would have been seen",
                   interval, over);
  if (!filled && pace.low > 0)
    verdict.reason = fmt::format(
        "what heapUsed comes down to climbs by {:.1f} % over {} ({}), which is below the limit",
        pace.percent, over, interval);
}

}  // namespace

std::string format_moment(double at_s) {
  constexpr double kEarliest = 1e8;
  constexpr double kLatest = 2e11;
  if (!(at_s >= kEarliest) || at_s > kLatest) return format_long_time(at_s) + " on";
  const auto seconds = static_cast<std::int64_t>(std::floor(at_s));
  const std::chrono::sys_seconds time{std::chrono::seconds{seconds}};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

void judge_heap(const Sight& sight, SeriesVerdict& verdict) {
  const std::string over = format_long_time(sight.settings.over_s);
  verdict.answer = TimeAnswer::inconclusive;
  verdict.rule.name = "heapUsed growth over " + over;
  verdict.rule.limit = fmt::format("{:g} %", sight.limit());
  if (const std::string obstacle = find_obstacle(sight, verdict.hint); !obstacle.empty()) {
    verdict.reason = obstacle;
    put_rule(verdict, CheckState::inconclusive, "not known", obstacle);
    return;
  }
  const Pace pace = find_pace(sight);
  std::optional<Climb> climb;
  if (pace.whole)
    climb = find_climb(sight.heap.judged, sight.settings.over_s, sight.limit(), sight.heap.noise);
  const bool early = sight.heap.judged.size() >= kFewestToFail && pace.low > sight.limit() &&
                     pace.surely > sight.limit();
  if (climb || early) {
    judge_climb(sight, pace, climb, verdict);
  } else if (pace.high < sight.limit()) {
    judge_below(sight, pace, verdict);
  } else {
    const std::string interval = interval_words(pace.low, pace.high);
    put_rule(verdict, CheckState::inconclusive, interval, "the interval is on both sides of it");
    verdict.reason =
        std::isfinite(pace.low)
            ? fmt::format("over {} what heapUsed comes down to climbs by {}, as far as {} can tell",
                          over, interval, span_words(sight))
            : fmt::format("{} floors are too few or too much alike to tell a climb",
                          sight.heap.judged.size());
    verdict.hint = sight.heap.span_s() < sight.settings.over_s
                       ? fmt::format("log for {} or more", over)
                       : "log for longer; with two days or more a daily cycle is taken off";
  }
}

}  // namespace leakcheck::verdict
