#pragma once

#include <string>
#include <string_view>

/// What JSON's tokens mean. Source: RFC 8259.
namespace leakcheck::load {

bool is_json_number(std::string_view text);

/// Whether both are JSON numbers and the same one: 1, 1.0 and 1e0 are. Exact for any number of
/// digits.
bool is_same_number(std::string_view a, std::string_view b);

/// What stands between a string's quotes, its escapes resolved, appended. Half a surrogate pair,
/// which no UTF-8 can hold, becomes U+FFFD.
/// False for an escape that is none; `out` then holds what came before it.
bool append_unescaped(std::string& out, std::string_view inside);

/// Whether append_unescaped() would succeed.
bool has_valid_escapes(std::string_view inside);

}  // namespace leakcheck::load
