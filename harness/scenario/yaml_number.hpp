#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leakcheck::scenario {

/// A plain scalar of YAML as a JSON number: "0x1F" is "31", ".5" is "0.5", "+1" is "1".
/// None for anything else; "" for a number that JSON does not have (.inf, .nan, too large).
/// Source: YAML 1.2.2, section 10.3 (core schema).
std::optional<std::string> to_json_number(std::string_view plain);

/// Its value, so that a scenario reads as it does for every other YAML parser. None for anything
/// that is no finite number.
std::optional<double> parse_number(std::string_view plain);

/// The same for whole numbers, however they are written: "12", "0xC", "1.2e1".
std::optional<std::int64_t> parse_whole_number(std::string_view plain);

}  // namespace leakcheck::scenario
