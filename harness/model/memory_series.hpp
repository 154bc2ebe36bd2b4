#pragma once

#include <limits>
#include <string>
#include <vector>

#include "harness/model/memory.hpp"

namespace leakcheck::model {

/// One line of a log of process.memoryUsage(). What the line does not tell is not a number.
/// Units:  bytes; seconds since 1970, or since whatever moment the log counts from.
struct MemoryReading {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  double at_s = kUnknown;
  double rss = kUnknown;
  double heap_total = kUnknown;
  double heap_used = kUnknown;
  double external = kUnknown;
  double array_buffers = kUnknown;
  double post_gc = kUnknown;    ///< heapUsed after a collection, when the log has it apart
  double requests = kUnknown;   ///< counter
  double major_gcs = kUnknown;  ///< counter
  double uptime_s = kUnknown;
  double pid = kUnknown;
};

/// Not a number for `native`.
double amount(const MemoryReading& reading, Quantity quantity);

/// The readings of one life of one process.
/// Shape:  times do not decrease.
struct SeriesPart {
  std::vector<MemoryReading> readings;
  std::string began;  ///< why it is a part of its own: "the pid changed"; "" for the first

  double span_s() const {
    return readings.empty() ? 0 : readings.back().at_s - readings.front().at_s;
  }
};

/// What one process, or one instance of several, wrote.
struct MemorySeries {
  std::string name;               ///< "" when the log has only one
  std::vector<SeriesPart> parts;  ///< in the log's order; none is empty
  std::vector<std::string> notes;
};

/// A whole log, read and put in order.
struct SeriesLog {
  std::string format;                ///< "json-lines", "csv", "prometheus"
  bool calendar_time = true;         ///< false: times count from some moment, not from 1970
  std::vector<MemorySeries> series;  ///< at least one
  std::vector<std::string> notes;    ///< what was passed over, dropped, put in order, assumed
};

}  // namespace leakcheck::model
