#pragma once

#include <string>
#include <string_view>

#include "harness/base/result.hpp"

namespace leakcheck::load {

/// Whether the text starts with http:// or https://.
bool is_absolute_url(std::string_view text);

/// What is to be put before a path of a scenario, so that it lies below the base URL: the base,
/// and a slash where none is written.
std::string url_prefix(std::string_view base_url, std::string_view path);

/// The port of a URL as text, the scheme's own when none is written. Source: RFC 3986.
std::string port_of(std::string_view url);

/// A URL as libcurl understands it.
struct UrlParts {
  std::string scheme;  ///< "http" or "https"
  std::string user;    ///< decoded; "" for none
  std::string password;
  std::string host;         ///< without a port; an IPv6 address in brackets
  std::string port;         ///< the scheme's own when none is written
  std::string host_header;  ///< "127.0.0.1:8080"; without the port that is the scheme's own
  bool has_user = false;    ///< a user or a password is written

  /// Whether requests to both can share a connection and a Host header.
  bool is_same_origin(const UrlParts& other) const;
};

/// Errors: ErrorKind::load for what cannot be requested.
Result<UrlParts> take_apart(const std::string& url);

/// The path and query of an absolute URL: "/orders?full=1"; "/" when none is written.
std::string_view target_of_url(std::string_view url);

/// Where the path or the query of an absolute URL begins; its length when it has none.
std::size_t authority_end(std::string_view url);

}  // namespace leakcheck::load
