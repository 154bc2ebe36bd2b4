#include "reporters/layout.hpp"

#include <doctest/doctest.h>

#include "reporters/code_points.hpp"

using namespace leakcheck::reporters;

TEST_CASE("Layout: width counts columns, not bytes") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("é█") == 2);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("💩") == 2);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("שלום") == 4);
}

TEST_CASE("Layout: padding and cutting respect wide characters") {
  CHECK(pad_right("日", 4) == "日  ");
  CHECK(pad_left("12", 4) == "  12");
  CHECK(pad_left("too long", 4) == "too long");
  CHECK(cut("abcdef", 6) == "abcdef");
  CHECK(cut("abcdefg", 6) == "abcde…");
  CHECK(cut("日本語", 4) == "日…");
  CHECK(cut("日本語", 5) == "日本…");
  CHECK(cut("日本語", 2) == "…");
  CHECK(cut("abc", 1) == "…");
  CHECK(cut("abc", 0) == "");
}

TEST_CASE("Layout: wrapping breaks at spaces, and inside words that are too wide") {
  using Lines = std::vector<std::string>;
  CHECK(wrap("", 10) == Lines{""});
  CHECK(wrap("one two  three", 8) == Lines{"one two", "three"});
  CHECK(wrap("abcdefghij", 4) == Lines{"abcd", "efgh", "ij"});
  CHECK(wrap("ab cdefghij k", 4) == Lines{"ab", "cdef", "ghij", "k"});
  CHECK(wrap("abcd", 4) == Lines{"abcd"});
  CHECK(wrap("日本語", 4) == Lines{"日本", "語"});
  CHECK(wrap("💩💩", -5) == Lines{"💩", "💩"});
  CHECK(wrap("one two three", 5, 2) == Lines{"one", "two …"});
  CHECK(wrap("one two three", 4, 2) == Lines{"one", "two…"});
  CHECK(wrap("one two", 5, 2) == Lines{"one", "two"});
}

TEST_CASE("Layout: a clean line holds nothing that a terminal obeys") {
  CHECK(clean_line("\x1b[31mred\x1b[0m") == "red");
  CHECK(clean_line("a\nb\r\tc\x07") == "a b c");
  CHECK(clean_line("title\x1b]0;evil\x07 stays") == "title stays");
  CHECK(clean_line("\xc2\x9b"
                   "31m") == "31m");
  CHECK(clean_line("\u202egnp.exe\u202c") == "gnp.exe");
  CHECK(clean_line("line\u2028break") == "line break");
  CHECK(clean_line("bad \xff") == "bad \uFFFD");
  CHECK(clean_line("שלום 💩") == "שלום 💩");
}

TEST_CASE("Layout: XML text has no emoji either") {
  CHECK(clean_xml("ok 💩 👩‍💻 ✔️ 日本", false) == "ok    日本");
  CHECK(clean_xml("a\uFFFE\uFFFF\uFEFF"
                  "b",
                  false) == "ab");
  CHECK(clean_xml("a\nb\tc\x0b", true) == "a\nb\tc");
  CHECK(clean_xml("a\nb", false) == "a b");
  // A joiner between letters is part of the word.
  CHECK(clean_xml("क्\u200dष", false) == "क्\u200dष");
}

TEST_CASE("Layout: colours only when asked") {
  CHECK(Paint(false).red("x") == "x");
  CHECK(Paint(true).red("x") == "\x1b[31mx\x1b[0m");
}
