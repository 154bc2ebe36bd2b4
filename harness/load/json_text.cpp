#include "harness/load/json_text.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

namespace leakcheck::load {
namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// A number's parts, as they are written.
struct Number {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::int64_t exponent = 0;
};

std::optional<Number> parse_number(std::string_view text) {
  Number out;
  out.negative = take(text, "-");
  out.whole = take_digits(text);
  if (out.whole.empty() || (out.whole.size() > 1 && out.whole.front() == '0')) return std::nullopt;
  if (take(text, ".")) {
    out.fraction = take_digits(text);
    if (out.fraction.empty()) return std::nullopt;
  }
  if (take(text, "eE")) {
    const bool negative = text.starts_with('-');
    take(text, "+-");
    const std::string_view digits = take_digits(text);
    if (digits.empty()) return std::nullopt;
    // An exponent past all bounds stands for one that no text is long enough to make up for.
    if (std::from_chars(digits.data(), digits.data() + digits.size(), out.exponent).ec !=
            std::errc() ||
        out.exponent > INT64_MAX / 4)
      out.exponent = INT64_MAX / 4;
    if (negative) out.exponent = -out.exponent;
  }
  return text.empty() ? std::optional(out) : std::nullopt;
}

/// The digits of a number without the zeros around them; the first one stands at 10^scale.
class Digits {
 public:
  explicit Digits(const Number& number) : whole_(number.whole), fraction_(number.fraction) {
    std::size_t end = whole_.size() + fraction_.size();
    while (begin_ < end && at(begin_) == '0') ++begin_;
    while (end > begin_ && at(end - 1) == '0') --end;
    end_ = end;
    scale_ = number.exponent + static_cast<std::int64_t>(whole_.size()) -
             static_cast<std::int64_t>(begin_);
  }

  bool is_zero() const { return begin_ == end_; }
  bool equals(const Digits& other) const {
    if (scale_ != other.scale_ || end_ - begin_ != other.end_ - other.begin_) return false;
    for (std::size_t i = 0; i < end_ - begin_; ++i)
      if (at(begin_ + i) != other.at(other.begin_ + i)) return false;
    return true;
  }

 private:
  char at(std::size_t i) const {
    return i < whole_.size() ? whole_[i] : fraction_[i - whole_.size()];
  }

  std::string_view whole_;
  std::string_view fraction_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::int64_t scale_ = 0;
};

void append_utf8(std::string& out, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0 | code >> 6);
    add(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    add(0xe0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3f));
    add(0x80 | (code & 0x3f));
  } else {
    add(0xf0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3f));
    add(0x80 | (code >> 6 & 0x3f));
    add(0x80 | (code & 0x3f));
  }
}

/// The four digits after "\u" at the front of `text`; they stay there when they are none.
std::optional<std::uint32_t> take_unit(std::string_view& text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t unit = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + 4, unit, 16);
  if (error != std::errc() || stopped != text.data() + 4) return std::nullopt;
  text.remove_prefix(4);
  return unit;
}

/// A code point whose "\u" has been taken, with the other half of a pair if it follows.
std::optional<std::uint32_t> take_code(std::string_view& text) {
  const auto unit = take_unit(text);
  if (!unit || *unit < 0xd800 || *unit > 0xdfff) return unit;
  if (*unit > 0xdbff || !text.starts_with("\\u")) return kReplacement;
  std::string_view rest = text.substr(2);
  const auto low = take_unit(rest);
  if (!low) return std::nullopt;
  if (*low < 0xdc00 || *low > 0xdfff) return kReplacement;  // and it stands for itself
  text = rest;
  return 0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00);
}

/// Calls `plain` with each stretch of text and `code` with each code point that was escaped.
template <typename Plain, typename Code>
bool unescape(std::string_view inside, Plain plain, Code code) {
  static constexpr std::string_view kShort = "\"\\/bfnrt";
  static constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
  while (true) {
    const auto at = inside.find('\\');
    plain(inside.substr(0, at));
    if (at == std::string_view::npos) return true;
    inside.remove_prefix(at + 1);
    if (inside.empty()) return false;
    const char kind = inside.front();
    inside.remove_prefix(1);
    if (kind == 'u') {
      const auto taken = take_code(inside);
      if (!taken) return false;
      code(*taken);
      continue;
    }
    const auto known = kShort.find(kind);
    if (known == std::string_view::npos) return false;
    code(static_cast<std::uint32_t>(kMeaning[known]));
  }
}

}  // namespace

bool is_json_number(std::string_view text) {
  return parse_number(text).has_value();
}

bool is_same_number(std::string_view a, std::string_view b) {
  const auto first = parse_number(a);
  if (!first) return false;
  const auto second = parse_number(b);
  if (!second) return false;
  const Digits left(*first);
  const Digits right(*second);
  if (left.is_zero() || right.is_zero()) return left.is_zero() && right.is_zero();
  return first->negative == second->negative && left.equals(right);
}

bool append_unescaped(std::string& out, std::string_view inside) {
  return unescape(
      inside, [&](std::string_view text) { out += text; },
      [&](std::uint32_t code) { append_utf8(out, code); });
}

bool has_valid_escapes(std::string_view inside) {
  return unescape(
      inside, [](std::string_view) {}, [](std::uint32_t) {});
}

}  // namespace leakcheck::load
