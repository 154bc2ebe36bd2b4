#pragma once

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

}  // namespace leakcheck::load
