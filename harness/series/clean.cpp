#include "harness/series/clean.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/base/bytes.hpp"
#include "harness/base/long_time.hpp"
#include "harness/stats/robust.hpp"

namespace leakcheck::series {
namespace {

using model::MemoryReading;
using model::SeriesPart;
using Readings = std::vector<MemoryReading>;

constexpr double kEarliest = 1e8;   // seconds: less does not count from 1970
constexpr double kLeastHeap = 1e5;  // no heap of Node.js has fewer bytes
constexpr double kMiB = 1024.0 * 1024;
constexpr double kSlowestInSeconds = 500;  // between two readings; more are milliseconds
constexpr std::size_t kMostLate = 3;       // lines in a row that are late, not a clock set back
constexpr double kLongestSetBack = 3600;   // seconds; by more it is another log

double median_step(const Readings& readings) {
  std::vector<double> steps;
  steps.reserve(readings.size());
  for (std::size_t i = 1; i < readings.size(); ++i)
    steps.push_back(std::abs(readings[i].at_s - readings[i - 1].at_s));
  return steps.empty() ? 0 : stats::median(steps);
}

/// Times since 1970 and others in one log cannot be compared: the fewer go.
void keep_one_scale(Draft& draft, std::vector<std::string>& notes) {
  if (draft.calendar == 0 || draft.relative == 0) return;
  const bool calendar = draft.calendar >= draft.relative;
  for (auto& series : draft.series)
    std::erase_if(series.readings, [&](const MemoryReading& reading) {
      return (reading.at_s >= kEarliest) != calendar;
    });
  notes.push_back(fmt::format(
      "{} readings were dropped: their times are no calendar times, or the "
      "only ones that are",
      format_grouped(static_cast<std::int64_t>(calendar ? draft.relative : draft.calendar))));
}

void settle_units(Draft& draft, std::vector<std::string>& notes) {
  double step = 0;
  std::vector<double> heaps;
  for (const auto& series : draft.series) {
    step = std::max(step, median_step(series.readings));
    for (const auto& reading : series.readings)
      if (std::isfinite(reading.heap_used)) heaps.push_back(reading.heap_used);
  }
  const bool in_ms =
      draft.calendar < draft.relative && !draft.in_seconds && step >= kSlowestInSeconds;
  const bool in_mb = !heaps.empty() && stats::median(heaps) < kLeastHeap;
  if (in_ms) notes.emplace_back("times are taken as milliseconds since the start");
  if (in_mb)
    notes.emplace_back("memory is taken as megabytes: no heap of Node.js has so few bytes");
  for (auto& series : draft.series)
    for (auto& reading : series.readings) {
      if (in_ms) reading.at_s /= 1000;
      if (!in_mb) continue;
      for (auto place :
           {&MemoryReading::rss, &MemoryReading::heap_total, &MemoryReading::heap_used,
            &MemoryReading::external, &MemoryReading::array_buffers, &MemoryReading::post_gc})
        reading.*place *= kMiB;
    }
}

/// Processes that write into one log by turns are series of their own; one pid after another is a
/// restart.
std::vector<Draft::Series> split_processes(Draft::Series series) {
  std::map<double, Draft::Series> by_pid;
  std::size_t changes = 0;
  double last = MemoryReading::kUnknown;
  for (const auto& reading : series.readings) {
    if (!std::isfinite(reading.pid)) continue;
    by_pid[reading.pid];
    changes += std::isfinite(last) && last != reading.pid ? 1 : 0;
    last = reading.pid;
  }
  std::vector<Draft::Series> out;
  if (by_pid.size() < 2 || changes < 2 * by_pid.size()) {
    out.push_back(std::move(series));
    return out;
  }
  for (const auto& reading : series.readings)
    if (std::isfinite(reading.pid)) by_pid[reading.pid].readings.push_back(reading);
  for (auto& [pid, each] : by_pid) {
    each.name = fmt::format("{}{}pid {:.0f}", series.name, series.name.empty() ? "" : " ", pid);
    out.push_back(std::move(each));
  }
  return out;
}

/// A log whose newest line is its first.
bool is_backwards(const Readings& readings) {
  std::size_t back = 0;
  std::size_t on = 0;
  for (std::size_t i = 1; i < readings.size(); ++i) {
    back += readings[i].at_s < readings[i - 1].at_s ? 1 : 0;
    on += readings[i].at_s > readings[i - 1].at_s ? 1 : 0;
  }
  return back > 2 && back > 4 * on;
}

struct Order {
  std::size_t late = 0;
  std::size_t set_back = 0;
  double furthest = 0;
};

/// Late lines go to their place; after a clock that was set back the times move on; what begins
/// long before is a log of its own.
std::vector<Readings> put_in_order(Readings readings, Order& order) {
  const auto by_time = [](const MemoryReading& a, const MemoryReading& b) {
    return a.at_s < b.at_s;
  };
  std::vector<Readings> logs(1);
  if (std::is_sorted(readings.begin(), readings.end(), by_time)) {
    logs.front() = std::move(readings);
    return logs;
  }
  const double step = median_step(readings);
  double offset = 0;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    MemoryReading reading = readings[i];
    reading.at_s += offset;
    if (logs.back().empty() || reading.at_s >= logs.back().back().at_s) {
      logs.back().push_back(reading);
      continue;
    }
    const double last = logs.back().back().at_s;
    std::size_t run = 1;
    while (run <= kMostLate && i + run < readings.size() && readings[i + run].at_s + offset < last)
      ++run;
    if (run <= kMostLate) {
      ++order.late;
      logs.back().insert(std::upper_bound(logs.back().begin(), logs.back().end(), reading, by_time),
                         reading);
      continue;
    }
    const double back = last - reading.at_s;
    order.furthest = std::max(order.furthest, back);
    if (back > kLongestSetBack) {
      logs.push_back({readings[i]});
      offset = 0;
      continue;
    }
    ++order.set_back;
    offset += back + step;
    reading.at_s = last + step;
    logs.back().push_back(reading);
  }
  return logs;
}

void note_order(const Order& order, std::size_t logs, std::vector<std::string>& notes) {
  if (order.late > 0)
    notes.push_back(fmt::format("{} late readings were put in their place",
                                format_grouped(static_cast<std::int64_t>(order.late))));
  if (order.set_back > 0)
    notes.push_back(fmt::format(
        "the clock was set back {} times; the times after it were moved on, so lengths of time are "
        "about right",
        order.set_back));
  if (logs > 1)
    notes.push_back(fmt::format("time goes back by up to {}: taken as {} logs, one after the other",
                                format_long_time(order.furthest), logs));
}

/// Gaps of more than ten times the usual interval, that are left inside a part.
void note_gaps(const std::vector<SeriesPart>& parts, std::vector<std::string>& notes) {
  std::size_t count = 0;
  double longest = 0;
  for (const auto& part : parts) {
    const double limit = 10 * median_step(part.readings);
    for (std::size_t i = 1; i < part.readings.size(); ++i) {
      const double gap = part.readings[i].at_s - part.readings[i - 1].at_s;
      if (gap <= limit || limit <= 0) continue;
      ++count;
      longest = std::max(longest, gap);
    }
  }
  if (count == 0) return;
  notes.push_back(fmt::format("{} without readings, the longest {}; a restart in {} would not show",
                              count == 1 ? "one time" : fmt::format("{} times", count),
                              format_long_time(longest), count == 1 ? "it" : "them"));
}

model::MemorySeries clean_series(Draft::Series draft) {
  model::MemorySeries series;
  series.name = std::move(draft.name);
  if (is_backwards(draft.readings)) {
    std::reverse(draft.readings.begin(), draft.readings.end());
    series.notes.emplace_back("the newest line is the first: read from the end");
  }
  Order order;
  auto logs = put_in_order(std::move(draft.readings), order);
  note_order(order, logs.size(), series.notes);
  for (auto& log : logs) {
    auto parts = split_lives(std::move(log));
    if (!series.parts.empty()) parts.front().began = "time goes back to an earlier day";
    for (auto& part : parts) series.parts.push_back(std::move(part));
  }
  note_gaps(series.parts, series.notes);
  return series;
}

void note_dropped(const Draft& draft, std::vector<std::string>& notes) {
  const auto note = [&](std::size_t count, std::string_view what) {
    if (count > 0)
      notes.push_back(fmt::format("{} {}", format_grouped(static_cast<std::int64_t>(count)), what));
  };
  note(draft.unrelated, "lines, rows or metrics say nothing of memory and were passed over");
  if (draft.broken > 0)
    note(draft.broken, draft.first_broken > 0
                           ? fmt::format("cannot be read and were dropped; the first is line {}",
                                         draft.first_broken)
                           : "readings hold no memory that can be, and were dropped");
  note(draft.without_time, "readings have no time and were dropped");
  note(draft.bad_values, "values are no amounts (null, NaN, negative) and were left out");
}

}  // namespace

model::SeriesLog clean(Draft draft) {
  model::SeriesLog log;
  log.calendar_time = draft.calendar >= draft.relative;
  log.notes = draft.notes;
  note_dropped(draft, log.notes);
  keep_one_scale(draft, log.notes);
  settle_units(draft, log.notes);
  for (auto& named : draft.series) {
    if (named.readings.empty()) continue;
    for (auto& process : split_processes(std::move(named)))
      log.series.push_back(clean_series(std::move(process)));
  }
  return log;
}

}  // namespace leakcheck::series
