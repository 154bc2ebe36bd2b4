#include "harness/explain/js_tokens.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace leakcheck::explain {
namespace {

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '\\' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// After these words an operand comes, so that a slash starts a regular expression.
constexpr std::array<std::string_view, 17> kBeforeOperand = {
    "return", "typeof", "instanceof", "in",    "of",    "new",     "delete",  "void", "throw",
    "case",   "do",     "else",       "yield", "await", "extends", "default", "if"};

/// A parenthesis after these is no operand: what follows it is a statement.
constexpr std::array<std::string_view, 4> kWithHead = {"if", "while", "for", "with"};

template <std::size_t count>
bool contains(const std::array<std::string_view, count>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class Reader {
 public:
  explicit Reader(std::string_view source) : source_(source) {
    if (source_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    if (source_.substr(at_).starts_with("#!")) skip_to_line_end();
  }

  std::vector<JsToken> read() {
    while (at_ < source_.size()) read_one();
    push(JsToken::Kind::end, at_, at_);
    const auto last = static_cast<std::uint32_t>(tokens_.size() - 1);
    for (const std::uint32_t open : open_) tokens_[open].match = last;
    for (JsToken& token : tokens_)
      if (token.kind == JsToken::Kind::literal) token.match = 0;
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  /// Moves on by one byte, and keeps the line and the column.
  void advance() {
    const auto byte = static_cast<unsigned char>(source_[at_++]);
    if (byte == '\n' || (byte == '\r' && peek() != '\n')) {
      new_line();
    } else if (byte >= 0xF0) {
      column_ += 2;  // past U+FFFF: two UTF-16 units
    } else if (byte < 0x80 || byte >= 0xC0) {
      ++column_;
      // U+2028 and U+2029 end a line too.
      if (byte == 0xE2 && peek() == '\x80' && (peek(1) == '\xA8' || peek(1) == '\xA9')) {
        at_ += 2;
        new_line();
      }
    }
  }
  void new_line() {
    ++line_;
    column_ = 0;
    fresh_line_ = true;
  }
  void skip_to_line_end() {
    while (at_ < source_.size() && peek() != '\n' && peek() != '\r') advance();
  }

  void read_one() {
    const char c = peek();
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f') return advance();
    if (c == '/' && peek(1) == '/') return skip_to_line_end();
    if (c == '/' && peek(1) == '*') return skip_comment();
    if (c == '"' || c == '\'') return read_string(c);
    if (c == '`') return read_template();
    if (c == '}' && !templates_.empty() && templates_.back() == open_.size()) {
      // The end of ${…}: the template goes on.
      templates_.pop_back();
      return read_template();
    }
    if (c == '/' && expects_operand()) return read_regexp();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return read_number();
    if (is_name_start(c) || (c == '#' && is_name_start(peek(1)))) return read_name();
    read_punctuator();
  }

  JsToken& push(JsToken::Kind kind, std::size_t from, std::size_t to) {
    JsToken token;
    token.text = source_.substr(from, to - from);
    token.line = line_;
    token.column = column_;
    token.kind = kind;
    token.starts_line = fresh_line_;
    fresh_line_ = false;
    tokens_.push_back(token);
    return tokens_.back();
  }

  void advance_to(std::size_t end) {
    while (at_ < end && at_ < source_.size()) advance();
  }

  void skip_comment() {
    const std::size_t end = source_.find("*/", at_ + 2);
    advance_to(end == std::string_view::npos ? source_.size() : end + 2);
  }

  void read_string(char quote) {
    std::size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote && source_[end] != '\n')
      end += source_[end] == '\\' ? 2U : 1U;
    end = std::min(end, source_.size());
    push(JsToken::Kind::literal, at_ + 1, end);
    advance_to(end + 1);
  }

  /// From a ` or a } on, to the end of the template or to its next ${.
  void read_template() {
    push(JsToken::Kind::literal, at_, at_);
    advance();
    while (at_ < source_.size()) {
      if (peek() == '\\') {
        advance();
        if (at_ < source_.size()) advance();
        continue;
      }
      if (peek() == '`') return advance();
      if (peek() == '$' && peek(1) == '{') {
        templates_.push_back(open_.size());
        advance();
        advance();
        // What comes first in it is an operand.
        tokens_.back().match = kInTemplate;
        return;
      }
      advance();
    }
  }

  void read_regexp() {
    std::size_t end = at_ + 1;
    bool in_class = false;
    while (end < source_.size() && source_[end] != '\n' && (in_class || source_[end] != '/')) {
      if (source_[end] == '[') in_class = true;
      if (source_[end] == ']') in_class = false;
      end += source_[end] == '\\' ? 2U : 1U;
    }
    ++end;
    while (end < source_.size() && is_name_start(source_[end])) ++end;
    push(JsToken::Kind::literal, at_, at_);
    advance_to(end);
  }

  void read_number() {
    std::size_t end = at_;
    while (end < source_.size() &&
           (is_digit(source_[end]) || is_name_start(source_[end]) || source_[end] == '.' ||
            ((source_[end] == '+' || source_[end] == '-') &&
             (source_[end - 1] == 'e' || source_[end - 1] == 'E'))))
      ++end;
    push(JsToken::Kind::literal, at_, at_);
    advance_to(end);
  }

  void read_name() {
    const bool is_private = peek() == '#';
    std::size_t end = at_ + 1;
    while (end < source_.size() && (is_name_start(source_[end]) || is_digit(source_[end]))) ++end;
    push(is_private ? JsToken::Kind::private_name : JsToken::Kind::name, at_, end);
    advance_to(end);
  }

  void read_punctuator() {
    const char c = peek();
    std::size_t length = 1;
    if (c == '=' && peek(1) == '>') length = 2;
    if (c == '.' && peek(1) == '.' && peek(2) == '.') length = 3;
    if ((c == '=' || c == '!' || c == '<' || c == '>') && peek(1) == '=')
      length = peek(2) == '=' ? 3 : 2;
    if ((c == '+' && peek(1) == '+') || (c == '-' && peek(1) == '-')) length = 2;
    if (c == '?' && peek(1) == '.' && !is_digit(peek(2))) length = 2;
    push(JsToken::Kind::punctuator, at_, at_ + length);
    const auto index = static_cast<std::uint32_t>(tokens_.size() - 1);
    if (c == '(' || c == '[' || c == '{') open_.push_back(index);
    if ((c == ')' || c == ']' || c == '}') && !open_.empty()) {
      tokens_[open_.back()].match = index;
      tokens_[index].match = open_.back();
      open_.pop_back();
    }
    advance_to(at_ + length);
  }

  /// Whether a slash that comes now starts a regular expression.
  bool expects_operand() const {
    if (tokens_.empty()) return true;
    const JsToken& before = tokens_.back();
    switch (before.kind) {
      case JsToken::Kind::name:
        return contains(kBeforeOperand, before.text) && !is_member(tokens_.size() - 1);
      case JsToken::Kind::private_name:
        return false;
      case JsToken::Kind::literal:
        return before.match == kInTemplate;
      default:
        break;
    }
    if (before.text == ")") {
      const std::uint32_t open = before.match;
      return open > 0 && tokens_[open - 1].kind == JsToken::Kind::name &&
             contains(kWithHead, tokens_[open - 1].text) && !is_member(open - 1);
    }
    if (before.text == "}") return is_block(before.match);
    return before.text != "]" && before.text != "++" && before.text != "--";
  }

  bool is_member(std::size_t token) const {
    return token > 0 && (tokens_[token - 1].text == "." || tokens_[token - 1].text == "?.");
  }

  /// Whether a { opens a block, and no object.
  bool is_block(std::uint32_t open) const {
    if (open == 0) return true;
    const JsToken& before = tokens_[open - 1];
    if (before.kind == JsToken::Kind::literal) return false;
    if (before.kind == JsToken::Kind::name)
      return before.text == "else" || before.text == "do" || before.text == "try" ||
             before.text == "finally" || !contains(kBeforeOperand, before.text);
    return before.text == ")" || before.text == ";" || before.text == "{" || before.text == "}" ||
           before.text == "=>";
  }

  static constexpr std::uint32_t kInTemplate = UINT32_MAX;

  std::string_view source_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 0;
  std::uint32_t column_ = 0;
  bool fresh_line_ = true;
  std::vector<JsToken> tokens_;
  std::vector<std::uint32_t> open_;
  std::vector<std::size_t> templates_;  ///< of each ${: how many brackets were open
};

}  // namespace

std::vector<JsToken> read_tokens(std::string_view source) {
  return Reader(source).read();
}

}  // namespace leakcheck::explain
