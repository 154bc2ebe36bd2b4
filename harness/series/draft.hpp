#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/model/memory_series.hpp"
#include "harness/series/keys.hpp"
#include "harness/series/times.hpp"

namespace leakcheck::series {

/// One line of a log, before it is known what its times count from.
struct RawReading {
  model::MemoryReading memory;
  bool has_time = false;
  bool calendar = true;
  int bad_values = 0;  ///< null, NaN, negative, no number

  bool has_memory() const {
    return memory.heap_used == memory.heap_used || memory.post_gc == memory.post_gc ||
           memory.rss == memory.rss;
  }
  /// Does not overwrite what is there.
  void put_time(const Moment& moment, double scale) {
    if (has_time) return;
    has_time = true;
    calendar = moment.calendar;
    memory.at_s = moment.calendar || scale == 0 ? moment.value : moment.value * scale;
    in_seconds = in_seconds || scale != 0;
  }
  /// A value under a name; text too, with or without a unit.
  void put(const Field& field, double value);
  void put(const Field& field, std::string_view text);
  bool in_seconds = false;  ///< a time of its own unit: "uptime_ms"
};

/// A log as its format gave it: not yet in order.
struct Draft {
  struct Series {
    std::string name;
    std::vector<model::MemoryReading> readings;
  };
  std::vector<Series> series;
  std::size_t lines = 0;
  std::size_t unrelated = 0;     ///< lines, rows or metrics that say nothing of memory
  std::size_t broken = 0;        ///< that should, but cannot be read
  std::size_t first_broken = 0;  ///< its line, from 1
  std::size_t without_time = 0;
  std::size_t bad_values = 0;
  std::size_t calendar = 0;  ///< readings with times since 1970
  std::size_t relative = 0;
  bool in_seconds = false;  ///< the relative ones
  std::vector<std::string> notes;
  std::size_t expected = 0;  ///< readings a series, a guess to make room for

  /// Counts the reading, and keeps it when it has a time and memory.
  void add(const std::string& series_name, const RawReading& raw);
  void add_broken(std::size_t line);

 private:
  std::unordered_map<std::string, std::size_t> by_name_;
};

}  // namespace leakcheck::series
