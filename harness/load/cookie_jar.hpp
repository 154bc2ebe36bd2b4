#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leakcheck::load {

/// The cookies that one service gave to one visitor. All texts lie in one string, so that copying a
/// jar over another allocates nothing once both are as large.
/// Units:  times are seconds since 1970, UTC.
/// Source: RFC 6265, for a single host: cookies of other hosts are refused, and what is kept is
///         for this one.
class CookieJar {
 public:
  static constexpr std::size_t kMost = 50;        ///< then the oldest goes
  static constexpr std::size_t kLongest = 4'096;  ///< name, value and path of one; longer: refused

  /// `host`: whom all requests go to, without a port: "127.0.0.1", "localhost".
  explicit CookieJar(std::string host) : host_(std::move(host)) {}

  /// Keeps, replaces or deletes a cookie as the value of a Set-Cookie header says. `path`: of the
  /// request, with or without its query. False for what is refused.
  bool take(std::string_view set_cookie, std::string_view path, bool is_https, std::int64_t now);

  /// Appends the value of the Cookie header: "a=1; b=2", those of longer paths first; nothing when
  /// there is no cookie to send.
  void append_header(std::string& out, std::string_view path, bool is_https,
                     std::int64_t now) const;

  bool empty() const { return cookies_.empty(); }
  void clear();

 private:
  struct Cookie {
    std::size_t begin = 0;  // in text_: "name=value", then the path
    std::size_t name_size = 0;
    std::size_t pair_size = 0;
    std::size_t path_size = 0;
    bool secure = false;
    std::int64_t expires = 0;
    std::int64_t number = 0;  // in the order in which they came
  };
  struct Attributes;

  std::string_view pair_of(const Cookie& cookie) const;
  std::string_view path_of(const Cookie& cookie) const;
  Attributes parse_attributes(std::string_view text, std::int64_t now) const;
  bool is_ours(std::string_view domain) const;
  void insert(std::string_view name, std::string_view value, const Attributes& attributes,
              std::int64_t number);
  void remove(std::vector<Cookie>::iterator cookie);

  std::string host_;
  std::string text_;
  std::vector<Cookie> cookies_;  // longer paths first, then older ones
  std::int64_t given_ = 0;
};

}  // namespace leakcheck::load
