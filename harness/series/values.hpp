#pragma once

#include <optional>
#include <string_view>

namespace leakcheck::series {

/// A decimal number and nothing else, also "1.5e9"; blanks around it do not matter. None for NaN
/// and infinity.
std::optional<double> read_number(std::string_view text);

/// The same with a unit of memory: "45.2 MB", "312 MiB", "1,024 kB". 1 KB is 1024 bytes.
/// Units: what is read without a unit is multiplied with `scale`.
std::optional<double> read_memory(std::string_view text, double scale);

/// Whether it could be a reading of memory at all: not negative, below 2^53.
bool is_memory(double bytes);

}  // namespace leakcheck::series
