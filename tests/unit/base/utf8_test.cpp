#include "harness/base/utf8.hpp"

#include <doctest/doctest.h>

using namespace leakcheck;

namespace {

/// `bad` invalid bytes between two letters: each becomes U+FFFD, and the letters stay.
void check_invalid(const std::string& bytes, int bad, const std::string& after = "") {
  std::string expected = "a";
  for (int at = 0; at < bad; ++at) expected += "\uFFFD";
  CHECK_MESSAGE(to_valid_utf8("a" + bytes + "b") == expected + after + "b", bad, " of ", bytes);
  // The same at the end of the text, where a reader would run over it.
  CHECK(to_valid_utf8("a" + bytes) == expected + after);
}

}  // namespace

TEST_CASE("UTF-8: valid text of every length is left alone, up to the edges of each") {
  for (const std::string text : {"", "plain", "\x7f", "\u0080", "\u07ff", "\u0800", "\ud7ff",
                                 "\ue000", "\uffff", "\U00010000", "\U0010ffff", "é日💩\ufffd"})
    CHECK(to_valid_utf8(text) == text);
  const std::string zero("a\0b", 3);
  CHECK(to_valid_utf8(zero) == zero);
}

TEST_CASE("UTF-8: a continuation byte without a lead is replaced") {
  check_invalid("\x80", 1);
  check_invalid("\xbf", 1);
  check_invalid("\xc3\xa9\x80", 0, "é\uFFFD");
}

TEST_CASE("UTF-8: a lead byte without its continuation is replaced, what follows is kept") {
  check_invalid("\xc3", 1);
  check_invalid("\xe2\x82", 2);
  check_invalid("\xf0\x9f\x92", 3);
  check_invalid("\xc3\xc3\xa9", 1, "é");
  check_invalid("\xe2\xc3\xa9", 1, "é");
  check_invalid("\xf0\x9f\xe2\x82\xac", 2, "€");
}

TEST_CASE("UTF-8: overlong forms are replaced") {
  check_invalid("\xc0\x80", 2);
  check_invalid("\xc1\xbf", 2);
  check_invalid("\xe0\x80\x80", 3);
  check_invalid("\xe0\x9f\xbf", 3);
  check_invalid("\xf0\x80\x80\x80", 4);
  check_invalid("\xf0\x8f\xbf\xbf", 4);
}

TEST_CASE("UTF-8: surrogates are replaced") {
  check_invalid("\xed\xa0\x80", 3);
  check_invalid("\xed\xbf\xbf", 3);
}

TEST_CASE("UTF-8: what lies past U+10FFFF is replaced") {
  check_invalid("\xf4\x90\x80\x80", 4);
  check_invalid("\xf5\x80\x80\x80", 4);
  check_invalid("\xf8\x88\x80\x80\x80", 5);
  check_invalid("\xfe", 1);
  check_invalid("\xff", 1);
}

TEST_CASE("Plain text: control characters go, line feeds and tabs stay or become spaces") {
  std::string controls;
  for (char c = 0; c < 0x20; ++c)
    if (c != '\n' && c != '\t' && c != 0x1b) controls += c;
  controls += "\x7f\u0080\u0085\u009f";
  CHECK(to_plain_text("a" + controls + "b", true) == "ab");
  CHECK(to_plain_text("a" + controls + "b", false) == "ab");
  CHECK(to_plain_text("a\n\tb", true) == "a\n\tb");
  CHECK(to_plain_text("a\n\tb", false) == "a  b");
  CHECK(to_plain_text("a\r\nb", true) == "a\nb");
  // Their neighbours are text.
  CHECK(to_plain_text("\u00a0~ é日💩", false) == "\u00a0~ é日💩");
}

TEST_CASE("Plain text: invalid bytes are replaced there too") {
  CHECK(to_plain_text("a\xff\xc2", false) == "a\uFFFD\uFFFD");
  // A lone 0x9B is no control character of UTF-8, but an invalid byte.
  CHECK(to_plain_text("\x9b"
                      "31m",
                      false) == "\uFFFD31m");
}

TEST_CASE("Plain text: colours, cursor movements and other CSI sequences go whole") {
  CHECK(to_plain_text("\x1b[31mred\x1b[0m", false) == "red");
  CHECK(to_plain_text("\x1b[38;5;196;1mx\x1b[m", false) == "x");
  CHECK(to_plain_text("\x1b[2J\x1b[Hx", false) == "x");
  CHECK(to_plain_text("\x1b[?25lx\x1b[?25h", false) == "x");
  CHECK(to_plain_text("\x1b[ qx\x1b[1@y\x1b[1~z", false) == "xyz");
}

TEST_CASE("Plain text: a CSI sequence that was cut off takes nothing of what follows") {
  CHECK(to_plain_text("\x1b[31\nnext", true) == "\nnext");
  CHECK(to_plain_text("\x1b[31é日", false) == "é日");
  CHECK(to_plain_text("\x1b[31\x1b[32mx", false) == "x");
  CHECK(to_plain_text("x\x1b[31", false) == "x");
  CHECK(to_plain_text("x\x1b[", false) == "x");
  CHECK(to_plain_text("x\x1b", false) == "x");
}

TEST_CASE("Plain text: titles and links go whole, ended by BEL or ST") {
  CHECK(to_plain_text("\x1b]0;title\x07x", false) == "x");
  CHECK(to_plain_text("\x1b]8;;http://a/\x1b\\link\x1b]8;;\x1b\\", false) == "link");
  CHECK(to_plain_text("\x1bP1$r0m\x1b\\x\x1b_private\x1b\\y\x1b^z\x07z\x1bXs\x1b\\.", false) ==
        "xyz.");
}

TEST_CASE("Plain text: a title that was never ended takes its line, not the next one") {
  CHECK(to_plain_text("\x1b]0;title\nnext", true) == "\nnext");
  CHECK(to_plain_text("\x1b]0;title\x1b[31mx", false) == "x");
  CHECK(to_plain_text("x\x1b]0;title", false) == "x");
  CHECK(to_plain_text("x\x1b]0;title\x1b", false) == "x");
}

TEST_CASE("Plain text: the short sequences go whole as well") {
  // What `tput sgr0` prints, and a reset.
  CHECK(to_plain_text("\x1b(B\x1b[mx", false) == "x");
  CHECK(to_plain_text("\x1b"
                      "cx\x1b"
                      "7y\x1b#8z",
                      false) == "xyz");
  CHECK(to_plain_text("\x1b\x1b[31mx", false) == "x");
  CHECK(to_plain_text("\x1b\nx", true) == "\nx");
  CHECK(to_plain_text("\x1bé", false) == "é");
}
