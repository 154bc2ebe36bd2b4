#include "harness/load/url.hpp"

#include <curl/curl.h>
#include <strings.h>

#include <memory>
#include <new>

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

bool UrlParts::is_same_origin(const UrlParts& other) const {
  return scheme == other.scheme && port == other.port && user == other.user &&
         password == other.password && has_user == other.has_user &&
         ::strcasecmp(host.c_str(), other.host.c_str()) == 0;
}

Result<UrlParts> take_apart(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle(curl_url(), &curl_url_cleanup);
  if (!handle) throw std::bad_alloc();
  const auto refuse = [&](const char* why) {
    return fail(ErrorKind::load, "\"" + url + "\" is not a URL that can be requested: " + why,
                "write a path below the target's url, or http://host:port/path");
  };
  const CURLUcode code =
      curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), CURLU_URLENCODE | CURLU_PATH_AS_IS);
  if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLUE_OK) return refuse(curl_url_strerror(code));
  if (!is_absolute_url(url)) return refuse("Unsupported URL scheme");

  CURLUcode got = CURLUE_OK;
  const auto part = [&](CURLUPart what, unsigned flags) {
    char* text = nullptr;
    got = curl_url_get(handle.get(), what, &text, flags);
    if (got == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
    const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
    return text == nullptr ? std::string() : std::string(text);
  };
  UrlParts out;
  out.scheme = part(CURLUPART_SCHEME, 0);
  out.host = part(CURLUPART_HOST, 0);
  out.port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT);
  out.user = part(CURLUPART_USER, CURLU_URLDECODE);
  if (got != CURLUE_OK && got != CURLUE_NO_USER) return refuse(curl_url_strerror(got));
  out.has_user = got == CURLUE_OK;
  out.password = part(CURLUPART_PASSWORD, CURLU_URLDECODE);
  if (got != CURLUE_OK && got != CURLUE_NO_PASSWORD) return refuse(curl_url_strerror(got));
  out.has_user = out.has_user || got == CURLUE_OK;
  out.host_header = out.host;
  const std::string own = out.scheme == "https" ? "443" : "80";
  if (out.port != own) out.host_header += ":" + out.port;
  return out;
}

std::size_t authority_end(std::string_view url) {
  const auto scheme = url.find("://");
  const auto end = url.find_first_of("/?#", scheme == std::string_view::npos ? 0 : scheme + 3);
  return end == std::string_view::npos ? url.size() : end;
}

std::string_view target_of_url(std::string_view url) {
  const auto target = url.substr(authority_end(url));
  return target.empty() ? std::string_view("/") : target;
}

}  // namespace leakcheck::load
