#include "harness/load/url.hpp"

#include <strings.h>

namespace leakcheck::load {
namespace {

bool starts_with(std::string_view text, std::string_view scheme) {
  return text.size() >= scheme.size() &&
         ::strncasecmp(text.data(), scheme.data(), scheme.size()) == 0;
}

}  // namespace

bool is_absolute_url(std::string_view text) {
  return starts_with(text, "http://") || starts_with(text, "https://");
}

std::string url_prefix(std::string_view base_url, std::string_view path) {
  if (is_absolute_url(path)) return "";
  std::string prefix(base_url);
  while (prefix.ends_with('/')) prefix.pop_back();
  if (!path.starts_with('/')) prefix += '/';
  return prefix;
}

std::string port_of(std::string_view url) {
  const bool secure = starts_with(url, "https://");
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos)
    url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  // After the brackets of an IPv6 address, and after a user name.
  const auto host_end = url.find_last_of("]@");
  const auto colon = url.find(':', host_end == std::string_view::npos ? 0 : host_end);
  if (colon == std::string_view::npos || colon + 1 == url.size()) return secure ? "443" : "80";
  return std::string(url.substr(colon + 1));
}

}  // namespace leakcheck::load
