#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace leakcheck::load {

/// The time of a cookie's Expires, in any of the forms that servers write.
/// Units:  seconds since 1970, UTC.
/// Source: RFC 6265, section 5.1.1.
std::optional<std::int64_t> parse_cookie_date(std::string_view text);

}  // namespace leakcheck::load
