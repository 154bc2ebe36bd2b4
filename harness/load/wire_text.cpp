#include "harness/load/wire_text.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace leakcheck::load {
namespace {

bool is_named(const std::string& name, const char* wanted) {
  return ::strcasecmp(name.c_str(), wanted) == 0;
}

const CompiledTemplate* find(const HeaderTemplates& headers, const char* name) {
  for (const HeaderTemplate& header : headers)
    if (is_named(header.name, name)) return &header.value;
  return nullptr;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t") == std::string_view::npos;
}

/// A blank value leaves nothing after the colon, as libcurl has it.
std::string line(std::string_view name, std::string_view value) {
  std::string out(name);
  out += ':';
  if (!is_blank(value)) {
    out += ' ';
    out += value;
  }
  out += "\r\n";
  return out;
}

/// Source: RFC 4648, section 4.
std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      out += i <= group.size() ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
  }
  return out;
}

void append_cookies(std::string& out, const CookieSource& cookies, std::string_view target) {
  static constexpr std::string_view kName = "Cookie: ";
  out += kName;
  const std::size_t bare = out.size();
  cookies(out, target);
  if (out.size() == bare)
    out.resize(bare - kName.size());
  else
    out += "\r\n";
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::optional<WireText> WireText::compile(WireParts parts) {
  const CompiledTemplate* host = find(parts.headers, "Host");
  if (find(parts.headers, "Transfer-Encoding") != nullptr || !is_ascii(parts.origin.host) ||
      (host != nullptr && !host->is_literal()))
    return std::nullopt;
  WireText out;
  out.method_ = std::string(model::to_string(parts.method)) + ' ';
  out.target_ = std::move(parts.target);
  out.body_ = std::move(parts.body);
  out.takes_cookies_ = find(parts.headers, "Cookie") == nullptr;
  out.first_lines_ = " HTTP/1.1\r\n";
  out.first_lines_ += line("Host", host == nullptr ? parts.origin.host_header : host->literal());
  if (parts.origin.has_user && find(parts.headers, "Authorization") == nullptr)
    out.first_lines_ +=
        line("Authorization", "Basic " + base64(parts.origin.user + ":" + parts.origin.password));
  out.add_headers(parts.headers);

  const bool sends_length =
      parts.method != model::Method::head &&
      (out.body_ != nullptr || parts.method == model::Method::post ||
       parts.method == model::Method::put || parts.method == model::Method::patch);
  if (sends_length && find(parts.headers, "Content-Length") == nullptr) {
    const bool is_known = out.body_ == nullptr || out.body_->is_literal();
    const std::size_t bytes = out.body_ && is_known ? out.body_->literal().size() : 0;
    if (is_known) out.last_lines_ += line("Content-Length", std::to_string(bytes));
    out.counts_body_ = !is_known;
  }
  if (!out.counts_body_) out.last_lines_ += "\r\n";

  if (out.target_.is_literal() && out.lines_.empty() && (!out.body_ || out.body_->is_literal())) {
    out.literal_begin_ = out.method_ + out.target_.literal() + out.first_lines_;
    out.literal_end_ = out.last_lines_;
    if (out.body_) out.literal_end_ += out.body_->literal();
    out.literal_body_bytes_ = out.body_ ? out.body_->literal().size() : 0;
    out.is_literal_ = true;
  }
  return out;
}

void WireText::add_headers(const HeaderTemplates& headers) {
  for (const HeaderTemplate& header : headers) {
    if (is_named(header.name, "Host")) continue;
    if (header.value.is_literal()) {
      last_lines_ += line(header.name, header.value.literal());
      continue;
    }
    lines_.push_back({std::move(last_lines_), header});
    last_lines_.clear();
  }
}

std::size_t WireText::append_to(std::string& out, RequestValues& values,
                                const CookieSource& cookies) const {
  const std::size_t target = out.size() + method_.size();
  out += is_literal_ ? literal_begin_ : method_;
  if (!is_literal_) {
    target_.append_to(out, values);
    out += first_lines_;
  }
  if (cookies && takes_cookies_) {
    const std::string asked = out.substr(target, out.size() - first_lines_.size() - target);
    append_cookies(out, cookies, asked);
  }
  if (is_literal_) {
    out += literal_end_;
    return out.size() - literal_body_bytes_;
  }
  append_head(out, values);
  return append_body(out, values);
}

void WireText::append_head(std::string& out, RequestValues& values) const {
  for (const Line& line : lines_) {
    out += line.before;
    if (line.header.may_lack && line.header.value.find_missing(values) != nullptr) continue;
    out += line.header.name;
    out += ": ";
    const std::size_t begin = out.size();
    line.header.value.append_to(out, values);
    if (is_blank(std::string_view(out).substr(begin))) out.resize(begin - 1);
    out += "\r\n";
  }
  out += last_lines_;
}

/// The values of a body come after those of the headers, and its length before it.
std::size_t WireText::append_body(std::string& out, RequestValues& values) const {
  const std::size_t begin = out.size();
  if (body_ != nullptr) body_->append_to(out, values);
  if (!counts_body_) return begin;
  static constexpr std::string_view kName = "Content-Length: ";
  std::array<char, kName.size() + 24> text;  // a size has twenty digits at most
  char* end = std::copy(kName.begin(), kName.end(), text.data());
  end = std::to_chars(end, text.data() + text.size(), out.size() - begin).ptr;
  for (const char c : std::string_view("\r\n\r\n")) *end++ = c;
  const auto length = static_cast<std::size_t>(end - text.data());
  out.insert(begin, text.data(), length);
  return begin + length;
}

}  // namespace leakcheck::load
