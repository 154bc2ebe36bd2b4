#include "harness/series/draft.hpp"

#include <cmath>

#include "harness/series/values.hpp"

namespace leakcheck::series {

void RawReading::put(const Field& field, double value) {
  if (field.kind == Field::Kind::time) {
    if (const auto moment = read_moment(value)) {
      put_time(*moment, field.scale);
    } else {
      ++bad_values;
    }
    return;
  }
  double& place = memory.*field.place;
  if (std::isfinite(place)) return;
  const double scaled = value * field.scale;
  if (is_memory(scaled)) {
    place = scaled;
  } else {
    ++bad_values;
  }
}

void RawReading::put(const Field& field, std::string_view text) {
  if (field.kind == Field::Kind::time) {
    if (const auto moment = read_moment(text)) {
      put_time(*moment, field.scale);
    } else {
      ++bad_values;
    }
    return;
  }
  const auto value =
      field.kind == Field::Kind::memory ? read_memory(text, field.scale) : read_number(text);
  if (!value) {
    ++bad_values;
    return;
  }
  Field as_read = field;
  as_read.scale = 1;
  put(as_read, field.kind == Field::Kind::memory ? *value : *value * field.scale);
}

void Draft::add(const std::string& series_name, const RawReading& raw) {
  bad_values += static_cast<std::size_t>(raw.bad_values);
  if (!raw.has_memory()) {
    ++(raw.bad_values > 0 ? broken : unrelated);
    return;
  }
  if (!raw.has_time) {
    ++without_time;
    return;
  }
  ++(raw.calendar ? calendar : relative);
  in_seconds = in_seconds || raw.in_seconds;
  const auto [found, added] = by_name_.try_emplace(series_name, series.size());
  if (added) {
    series.push_back({series_name, {}});
    series.back().readings.reserve(expected);
  }
  series[found->second].readings.push_back(raw.memory);
}

void Draft::add_broken(std::size_t line) {
  if (broken++ == 0) first_broken = line;
}

}  // namespace leakcheck::series
