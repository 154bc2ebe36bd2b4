#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/load/url.hpp"
#include "harness/load/variables.hpp"
#include "harness/model/request_step.hpp"

namespace leakcheck::load {

/// Appends the value of a Cookie header for a request to a target; nothing for none.
using CookieSource = std::function<void(std::string& out, std::string_view target)>;

struct HeaderTemplate {
  std::string name;
  CompiledTemplate value;
  bool may_lack = false;  ///< left out as long as a value in it was not captured
};
using HeaderTemplates = std::vector<HeaderTemplate>;

/// What a request is made of.
struct WireParts {
  model::Method method = model::Method::get;
  UrlParts origin;
  CompiledTemplate target;  ///< "/path?query"
  const HeaderTemplates& headers;
  std::shared_ptr<const CompiledTemplate> body;  ///< null for none
};

/// A request of HTTP/1.1 as the fast path writes it: the bytes that libcurl would write.
/// Source: libcurl 7.88's http.c, for the order of headers and for Content-Length.
class WireText {
 public:
  /// None for requests that only libcurl can write: with a Transfer-Encoding, with a Host that
  /// changes, to a host that is not ASCII.
  static std::optional<WireText> compile(WireParts parts);

  /// Appends the request, and returns where its body begins. `cookies` may be empty. A Cookie
  /// header of the step's own goes before it.
  std::size_t append_to(std::string& out, RequestValues& values, const CookieSource& cookies) const;

 private:
  struct Line {
    std::string before;  // whole lines
    HeaderTemplate header;
  };

  void add_headers(const HeaderTemplates& headers);
  void append_head(std::string& out, RequestValues& values) const;
  std::size_t append_body(std::string& out, RequestValues& values) const;

  std::string method_;
  CompiledTemplate target_;
  std::string first_lines_;  // " HTTP/1.1", Host, Authorization
  std::vector<Line> lines_;
  std::string last_lines_;
  std::shared_ptr<const CompiledTemplate> body_;
  bool counts_body_ = false;  // Content-Length is ours to write, and depends on the values
  bool takes_cookies_ = true;

  // The same text each time: before the cookies, and after them.
  bool is_literal_ = false;
  std::string literal_begin_;
  std::string literal_end_;
  std::size_t literal_body_bytes_ = 0;
};

}  // namespace leakcheck::load
