#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/memory_series.hpp"
#include "harness/model/outcome.hpp"
#include "harness/model/verdict.hpp"

namespace leakcheck::model {

/// What a log tells: memory against time, where a run has memory against requests.
enum class TimeAnswer {
  clean,    ///< the floors do not climb by as much as the limit
  bounded,  ///< they climbed, and stopped
  leak,
  buffer_growth,  ///< the heap is flat; external memory or Buffers climb
  native_growth,  ///< heap and Buffers are flat; only rss climbs
  inconclusive,
};
std::string_view to_string(TimeAnswer answer);  ///< "buffer_growth"

/// The floors of one quantity, from when it had warmed up.
/// Units:  bytes, and bytes per hour.
struct TimeTrend {
  Quantity quantity = Quantity::heap_used;
  double from_bytes = 0;  ///< of the line through the floors, at both ends
  double to_bytes = 0;
  double per_hour = 0;
  double low = 0;  ///< ends of the interval of `per_hour` at `confidence`
  double high = 0;
  double confidence = 0.999;
  double climb_percent = 0;  ///< over the rule's time, of `of_bytes`, with its interval
  double climb_low = 0;
  double climb_high = 0;
  double of_bytes = 0;
  int floors = 0;
};

/// A floor: the least reading of a stretch of time that holds several collections.
struct Floor {
  double at_s = 0;
  double bytes = 0;
};

struct PartSummary {
  double from_s = 0;
  double to_s = 0;
  std::int64_t readings = 0;
  std::string began;
  bool judged = false;
};

/// One series, judged.
struct SeriesVerdict {
  std::string name;
  TimeAnswer answer = TimeAnswer::inconclusive;
  std::string reason;  ///< one sentence
  std::string hint;    ///< what would make it sure; may be empty
  Check rule;          ///< "heapUsed growth over 6 h"
  std::vector<TimeTrend> trends;
  std::vector<Floor> floors;     ///< of heapUsed, warm-up included
  double warm_s = 0;             ///< until when it warmed up, since the first reading judged
  std::int64_t collections = 0;  ///< falls of heapUsed that were seen
  double window_s = 0;           ///< that a floor is the least of
  std::optional<Estimate> per_request{};  ///< of heapUsed, when the log counts requests
  std::vector<PartSummary> parts;
  std::vector<std::string> notes;
};

/// Everything that `leakcheck judge` found: the input of its console report and of its JSON.
struct JudgeReport {
  static constexpr int kVersion = 1;  ///< of the JSON; a change that breaks readers raises it

  std::string leakcheck_version;
  std::string file;  ///< as it was given; "-" for stdin
  std::string format;
  bool calendar_time = true;
  double growth_percent = 15;
  double over_ms = 0;
  Outcome outcome;
  std::vector<SeriesVerdict> series;
  std::vector<std::string> notes;
};

/// The judge report: JSON, versioned, described by reporters/judge-report.schema.json. Keys,
/// numbers and texts as in the run record.
std::string render_judge_report(const JudgeReport& report);

}  // namespace leakcheck::model
