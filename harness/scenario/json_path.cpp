#include "harness/scenario/json_path.hpp"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/scenario/problems.hpp"

namespace leakcheck::scenario {
namespace {

constexpr std::int64_t kLargestIndex = 9'007'199'254'740'991;
constexpr const char* kOnePlace = "name one place: $.items[0].id, or $[-1] for the last one";
constexpr const char* kExamples = "write $.id, $.items[0].name or $['a b']";

bool begins_name(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalpha(byte) || c == '_';
}

bool continues_name(char c) {
  return begins_name(c) || std::isdigit(static_cast<unsigned char>(c));
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { path_.text = text; }

  Result<model::JsonPath> parse() {
    if (!take('$')) return refuse("begins with no \"$\"", fmt::format("write $.{}", text_));
    while (at_ < text_.size()) {
      skip_blanks();
      if (auto fault = segment()) return tl::make_unexpected(std::move(*fault));
    }
    return std::move(path_);
  }

 private:
  using Fault = std::optional<Error>;

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(peek()) != std::string_view::npos)
      ++at_;
  }

  tl::unexpected<Error> refuse(const std::string& why, const std::string& hint) const {
    return fail(ErrorKind::scenario,
                fmt::format("{} is not a JSON path: it {}", in_quotes(text_), why), hint);
  }
  Fault fault(const std::string& why, const std::string& hint) const {
    return refuse(why, hint).value();
  }

  Fault segment() {
    if (take('.')) return member();
    if (!take('[')) return fault("goes on after its end", kExamples);
    skip_blanks();
    Fault found = peek() == '\'' || peek() == '"' ? quoted_name() : index();
    if (found) return found;
    skip_blanks();
    if (peek() == ',' || peek() == ':') return fault("means several places", kOnePlace);
    if (!take(']')) return fault("has a \"[\" without its \"]\"", kExamples);
    return std::nullopt;
  }

  Fault member() {
    if (peek() == '.' || peek() == '*') return fault("means several places", kOnePlace);
    if (std::isdigit(static_cast<unsigned char>(peek())))
      return fault("has a number after a dot", "write $[0] for the first of a list");
    const std::size_t start = at_;
    if (begins_name(peek()))
      while (at_ < text_.size() && continues_name(text_[at_])) ++at_;
    if (at_ == start) return fault("has a dot without a name", kExamples);
    if (peek() == '-')
      return fault("has a name with a dash", "put it into brackets and quotes: $['a-b']");
    path_.segments.emplace_back(std::string(text_.substr(start, at_ - start)));
    return std::nullopt;
  }

  Fault index() {
    if (peek() == '*' || peek() == '?' || peek() == ':')
      return fault("means several places", kOnePlace);
    const std::size_t start = at_;
    take('-');
    while (std::isdigit(static_cast<unsigned char>(peek()))) ++at_;
    const std::string_view digits = text_.substr(start, at_ - start);
    std::int64_t value = 0;
    const auto error = std::from_chars(digits.data(), digits.data() + digits.size(), value).ec;
    if (digits.empty() || digits == "-")
      return fault("has neither a number nor a name in quotes between [ and ]", kExamples);
    // As it would be written: no leading zeros, no "-0".
    const bool plain = error == std::errc() && fmt::format("{}", value) == digits;
    if (!plain || value > kLargestIndex || value < -kLargestIndex)
      return fault(fmt::format("has no index {}", in_quotes(digits)),
                   "write $[0] for the first, $[-1] for the last");
    path_.segments.emplace_back(value);
    return std::nullopt;
  }

  /// The text between the quotes is that of a JSON string, but for the quotes themselves.
  Fault quoted_name() {
    const char quote = text_[at_++];
    std::string json = "\"";
    while (at_ < text_.size() && peek() != quote) {
      if (peek() == '"') {
        json += "\\\"";
      } else if (peek() == '\\' && at_ + 1 < text_.size()) {
        const char escaped = text_[++at_];
        const bool other_quote = (escaped == '"' || escaped == '\'') && escaped != quote;
        if (other_quote) return fault("escapes a quote that needs none", kExamples);
        json += escaped == '\'' ? "'" : std::string{'\\', escaped};
      } else {
        json += peek();
      }
      ++at_;
    }
    if (!take(quote)) return fault("has a quote that is not closed", kExamples);
    const auto name = nlohmann::json::parse(json + "\"", nullptr, false);
    if (name.is_discarded()) return fault("has a name with a wrong escape", kExamples);
    path_.segments.emplace_back(name.get<std::string>());
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  model::JsonPath path_;
};

}  // namespace

Result<model::JsonPath> parse_json_path(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace leakcheck::scenario
