#pragma once

#include <string>
#include <string_view>

namespace leakcheck::load {

/// Whether the text starts with http:// or https://.
bool is_absolute_url(std::string_view text);

/// What is to be put before a path of a scenario, so that it lies below the base URL: the base,
/// and a slash where none is written.
std::string url_prefix(std::string_view base_url, std::string_view path);

/// The port of a URL as text, the scheme's own when none is written. Source: RFC 3986.
std::string port_of(std::string_view url);

}  // namespace leakcheck::load
