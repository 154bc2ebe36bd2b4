#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace leakcheck::explain {

/// One token of JavaScript or TypeScript that may be part of a declaration. Strings, numbers,
/// regular expressions and the texts of templates are there as tokens without a text.
struct JsToken {
  enum class Kind : std::uint8_t { name, private_name, punctuator, literal, end };

  std::string_view text;     ///< "=>", "class", "#items"; of a literal: the quoted text, or ""
  std::uint32_t line = 0;    ///< from 0
  std::uint32_t column = 0;  ///< from 0, in UTF-16 units, as V8 counts
  /// Of a bracket: the token of the other one; the last token's number when there is none.
  std::uint32_t match = 0;
  Kind kind = Kind::end;
  bool starts_line = false;  ///< the first of its line
};

/// Cuts a source into tokens; comments, a shebang line and white space are passed over. Never
/// fails: what is no JavaScript gives tokens that nobody looks for.
/// Shape: ends with a token of Kind::end.   Cost: O(bytes) time; 40 bytes a token.
std::vector<JsToken> read_tokens(std::string_view source);

}  // namespace leakcheck::explain
