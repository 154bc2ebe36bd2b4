#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/model/memory_series.hpp"

namespace leakcheck::series {

/// What a key, a column or a metric means, and what its numbers are multiplied with.
struct Field {
  enum class Kind { time, memory, counter, other };
  Kind kind = Kind::memory;
  double model::MemoryReading::*place = nullptr;
  double scale = 1;  ///< memory: to bytes; time: 0.001 when the name says milliseconds, 0 unknown
};

/// By its name in any spelling: "heapUsed", "heap_used_mb", "heapUsed (MB)",
/// "nodejs_heap_size_used_bytes". None for names that mean nothing here.
std::optional<Field> find_field(std::string_view name);

/// Names that this log may have meant.
std::string list_known_names();

}  // namespace leakcheck::series
