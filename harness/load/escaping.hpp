#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace leakcheck::load {

/// Where a value is written decides what is special there.
enum class Place { plain, header, url, form, json_string };

/// Appends the value so that it stays one value there:
/// - url: everything but RFC 3986's unreserved characters as %XX, fit for a path and a query;
/// - form: the same with "+" for a space (WHATWG URL, application/x-www-form-urlencoded);
/// - json_string: quotes, backslashes and control characters escaped (RFC 8259);
/// - header: without line ends, which would start another header, and the other control
///   characters, for which a service refuses the request (RFC 9110, section 5.5); tabs stay.
void append_escaped(std::string& out, std::string_view value, Place place);

/// The literal text of a path and query as it goes over the wire: what no URL can hold is encoded,
/// a space as "+" in the query and as %20 before it. `in_query` says where `text` begins, and then
/// where it ends.
/// Shape:  no control characters.
/// Source: libcurl's CURLU_URLENCODE, so that both paths send the same.
std::string encode_literal(std::string_view text, bool& in_query);

void append_number(std::string& out, std::int64_t number);

}  // namespace leakcheck::load
