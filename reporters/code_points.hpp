#pragma once

#include <string>
#include <string_view>

namespace leakcheck::reporters {

/// One character of valid UTF-8.
struct CodePoint {
  char32_t value = 0;
  std::string_view bytes;
};

/// Takes the first character off `rest`, which is valid UTF-8 and not empty.
CodePoint take_code_point(std::string_view& rest);

/// Columns that the text takes in a terminal: wide characters of East Asia and emoji take two,
/// combining marks and joiners none. Source: Unicode 15, EastAsianWidth; ranges merged by us.
int display_width(std::string_view text);

/// A line from outside, made safe to print: valid UTF-8, no control characters, no escape
/// sequences, no line breaks (also U+2028), no noncharacters (XML 1.0 forbids two of them), and no
/// marks that reverse the order of what follows.
std::string clean_line(std::string_view text);

/// The same for XML: also without emoji, which consumers strip or choke on. `keep_newlines` keeps
/// line feeds and tabs.
std::string clean_xml(std::string_view text, bool keep_newlines);

}  // namespace leakcheck::reporters
