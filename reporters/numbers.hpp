#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Numbers as people read them.
namespace leakcheck::reporters {

std::string format_rate(double per_second);             ///< "1,204", "3.5"
std::string format_ms(double ms);                       ///< "0.84 ms", "12.3 ms", "412 ms", "3.1 s"
std::string format_elapsed(double ms);                  ///< "4.1 s", "2 min 05 s"
std::string format_percent(double part, double whole);  ///< "19.0 %", "<0.1 %"; "0 %" of nothing

/// "87.9 to 88.1 B", "1,047,000 B to 1.0 MB"; "not known" when an end is not.
std::string format_interval(double low, double high);

/// "5,300 requests", "1 request".
std::string count_of(std::int64_t count, std::string_view noun);

/// Plain decimal seconds with three digits, never an exponent: "4.120".
std::string plain_seconds(double ms);

}  // namespace leakcheck::reporters
