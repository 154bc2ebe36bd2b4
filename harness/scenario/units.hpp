#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "harness/model/scenario.hpp"

namespace leakcheck::scenario {

/// "20ms", "30s", "1.5m", "2h", "7d", also with a blank before the unit. None for anything else: a
/// bare number too, as nobody can tell its unit.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// The same without rounding, for limits on what is measured in less than a millisecond.
std::optional<double> parse_milliseconds(std::string_view text);

/// "15%" or "15 %" to 15. None for anything else, and below 0.
std::optional<double> parse_percent(std::string_view text);

/// "20/s", "300/m" or "1000/h" to a number a second, above 0. None for anything else.
std::optional<double> parse_rate(std::string_view text);

/// A decimal number and nothing else.
std::optional<double> parse_decimal(std::string_view text);

/// One line of k6's grammar: `p(95)<500ms`, `rate < 0.01`. A time without a unit is milliseconds.
/// Errors: ErrorKind::scenario, for a statistic that the metric does not have as well.
Result<model::Threshold> parse_threshold(model::Threshold::Metric metric, std::string_view text);

}  // namespace leakcheck::scenario
