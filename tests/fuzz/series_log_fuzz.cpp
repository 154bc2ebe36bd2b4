// Any bytes as a log: nothing breaks, and what comes out is in order.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "harness/series/log_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leakcheck;
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const auto format :
       {std::optional<series::Format>(), std::optional(series::Format::json_lines),
        std::optional(series::Format::csv), std::optional(series::Format::prometheus)}) {
    const auto log = series::parse_log(text, "log", format);
    if (!log) continue;
    for (const auto& each : log->series)
      for (const auto& part : each.parts) {
        if (part.readings.empty()) std::abort();
        for (std::size_t i = 1; i < part.readings.size(); ++i)
          if (!(part.readings[i].at_s >= part.readings[i - 1].at_s)) std::abort();
      }
  }
  return 0;
}
