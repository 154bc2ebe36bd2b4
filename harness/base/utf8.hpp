#pragma once

#include <string>
#include <string_view>

namespace leakcheck {

/// The text with every byte that is not valid UTF-8 replaced by U+FFFD.
/// Source: Unicode 15, table 3-7 (no surrogates, no overlong forms, nothing past U+10FFFF).
std::string to_valid_utf8(std::string_view text);

/// The same, and without control characters: line feeds and tabs stay if asked and are spaces if
/// not; escape sequences of terminals go whole; the rest below U+0020 and U+007F to U+009F goes.
std::string to_plain_text(std::string_view text, bool keep_newlines);

}  // namespace leakcheck
