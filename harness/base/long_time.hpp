#pragma once

#include <string>

namespace leakcheck {

/// Lengths of time from seconds to weeks, as people say them: "0.5 s", "45 s", "12 min", "6 h",
/// "6.5 h", "3.2 days". "not known" for NaN and infinity.
std::string format_long_time(double seconds);

}  // namespace leakcheck
