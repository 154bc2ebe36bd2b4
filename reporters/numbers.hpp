#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Numbers as people read them.
namespace leakcheck::reporters {

std::string format_count(std::int64_t count);           ///< "12,345"
std::string format_rate(double per_second);             ///< "1,204", "3.5"
std::string format_ms(double ms);                       ///< "0.84 ms", "12.3 ms", "412 ms", "3.1 s"
std::string format_elapsed(double ms);                  ///< "4.1 s", "2 min 05 s"
std::string format_percent(double part, double whole);  ///< "19.0 %"; "0 %" of nothing

/// "64 B", or "not known" for NaN and infinity.
std::string format_known_bytes(double bytes);

/// "87.9 B to 88.1 B".
std::string format_interval(double low, double high);

/// "5,300 requests", "1 request".
std::string count_of(std::int64_t count, std::string_view noun);

/// Plain decimal seconds with three digits, never an exponent: "4.120".
std::string plain_seconds(double ms);

}  // namespace leakcheck::reporters
