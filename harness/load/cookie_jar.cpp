#include "harness/load/cookie_jar.hpp"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "harness/load/cookie_date.hpp"

namespace leakcheck::load {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kAlready = std::numeric_limits<std::int64_t>::min();

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool equals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

/// What stands before the separator; `text` becomes what stands after it.
std::string_view take_until(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

std::optional<std::int64_t> parse_max_age(std::string_view text, std::int64_t now) {
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  if (text.front() == '-') return kAlready;
  std::int64_t age = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), age);
  if (result.ec != std::errc() || age > kNever - now) return kNever;
  return age == 0 ? kAlready : now + age;
}

std::string_view without_query(std::string_view path) {
  return path.substr(0, path.find_first_of("?#"));
}

/// Source: RFC 6265, section 5.1.4.
std::string_view default_path(std::string_view request_path) {
  const auto last = request_path.rfind('/');
  if (!request_path.starts_with('/') || last == 0) return "/";
  return request_path.substr(0, last);
}

bool path_matches(std::string_view request_path, std::string_view path) {
  if (!request_path.starts_with(path)) return false;
  return request_path.size() == path.size() || path.ends_with('/') ||
         request_path[path.size()] == '/';
}

bool is_address(std::string_view host) {
  return host.find(':') != std::string_view::npos ||
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

}  // namespace

struct CookieJar::Attributes {
  std::string_view path;
  bool is_ours = true;
  bool secure = false;
  std::int64_t expires = kNever;
};

std::string_view CookieJar::pair_of(const Cookie& cookie) const {
  return std::string_view(text_).substr(cookie.begin, cookie.pair_size);
}

std::string_view CookieJar::path_of(const Cookie& cookie) const {
  return std::string_view(text_).substr(cookie.begin + cookie.pair_size, cookie.path_size);
}

/// Source: RFC 6265, section 5.1.3; a domain without a dot has no hosts below it.
bool CookieJar::is_ours(std::string_view domain) const {
  if (domain.starts_with('.')) domain.remove_prefix(1);
  if (domain.empty() || equals(domain, host_)) return true;
  return domain.find('.') != std::string_view::npos && !is_address(host_) &&
         host_.size() > domain.size() && host_[host_.size() - domain.size() - 1] == '.' &&
         equals(std::string_view(host_).substr(host_.size() - domain.size()), domain);
}

/// The last of several attributes of a name counts, and Max-Age before Expires.
CookieJar::Attributes CookieJar::parse_attributes(std::string_view text, std::int64_t now) const {
  Attributes out;
  std::optional<std::int64_t> max_age;
  while (!text.empty()) {
    std::string_view value = take_until(text, ';');
    const std::string_view name = trim(take_until(value, '='));
    value = trim(value);
    if (equals(name, "path")) {
      out.path = value;
    } else if (equals(name, "domain")) {
      out.is_ours = is_ours(value);
    } else if (equals(name, "secure")) {
      out.secure = true;
    } else if (equals(name, "max-age")) {
      if (const auto until = parse_max_age(value, now)) max_age = until;
    } else if (equals(name, "expires")) {
      if (const auto until = parse_cookie_date(value)) out.expires = *until;
    }
  }
  if (max_age) out.expires = *max_age;
  return out;
}

bool CookieJar::take(std::string_view set_cookie, std::string_view path, bool is_https,
                     std::int64_t now) {
  if (has_control_character(set_cookie)) return false;
  std::string_view value = take_until(set_cookie, ';');
  if (value.find('=') == std::string_view::npos) return false;
  const std::string_view name = trim(take_until(value, '='));
  value = trim(value);
  if (name.empty()) return false;
  Attributes attributes = parse_attributes(set_cookie, now);
  // It would never come back; RFC 6265bis, section 5.7, refuses it too.
  if (!attributes.is_ours || (attributes.secure && !is_https)) return false;
  if (!attributes.path.starts_with('/')) attributes.path = default_path(without_query(path));
  if (name.size() + value.size() + attributes.path.size() > kLongest) return false;

  const auto present = std::find_if(cookies_.begin(), cookies_.end(), [&](const Cookie& cookie) {
    return pair_of(cookie).substr(0, cookie.name_size) == name &&
           path_of(cookie) == attributes.path;
  });
  std::int64_t number = ++given_;
  if (present != cookies_.end()) {
    number = present->number;  // one that replaces another is as old as that
    remove(present);
  }
  if (attributes.expires > now) insert(name, value, attributes, number);
  return true;
}

void CookieJar::insert(std::string_view name, std::string_view value, const Attributes& attributes,
                       std::int64_t number) {
  if (cookies_.size() == kMost)
    remove(std::min_element(cookies_.begin(), cookies_.end(),
                            [](const auto& a, const auto& b) { return a.number < b.number; }));
  Cookie cookie;
  cookie.begin = text_.size();
  cookie.name_size = name.size();
  cookie.pair_size = name.size() + 1 + value.size();
  cookie.path_size = attributes.path.size();
  cookie.secure = attributes.secure;
  cookie.expires = attributes.expires;
  cookie.number = number;
  text_.append(name).append("=").append(value).append(attributes.path);
  const auto place = std::find_if(cookies_.begin(), cookies_.end(), [&](const Cookie& other) {
    return other.path_size < cookie.path_size ||
           (other.path_size == cookie.path_size && other.number > number);
  });
  cookies_.insert(place, cookie);
}

void CookieJar::remove(std::vector<Cookie>::iterator cookie) {
  const std::size_t begin = cookie->begin;
  const std::size_t size = cookie->pair_size + cookie->path_size;
  text_.erase(begin, size);
  cookies_.erase(cookie);
  for (Cookie& other : cookies_)
    if (other.begin > begin) other.begin -= size;
}

void CookieJar::clear() {
  cookies_.clear();
  text_.clear();
}

void CookieJar::append_header(std::string& out, std::string_view path, bool is_https,
                              std::int64_t now) const {
  path = without_query(path);
  bool first = true;
  for (const Cookie& cookie : cookies_) {
    if (cookie.expires <= now || (cookie.secure && !is_https) ||
        !path_matches(path, path_of(cookie)))
      continue;
    if (!first) out += "; ";
    out += pair_of(cookie);
    first = false;
  }
}

}  // namespace leakcheck::load
