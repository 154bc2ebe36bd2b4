#include "harness/load/json_text.hpp"

#include <doctest/doctest.h>

using namespace leakcheck::load;

namespace {

std::string unescaped(const std::string& inside) {
  std::string out;
  return append_unescaped(out, inside) ? out : "refused after " + out;
}

}  // namespace

TEST_CASE("json_text: numbers are those of JSON") {
  for (const char* number : {"0", "-0", "1", "-1.5", "1e3", "1E+3", "1.25e-07", "0.0", "10",
                             "123456789012345678901234567890", "1e999999999999999999999"})
    CHECK_MESSAGE(is_json_number(number), number);
  for (const char* other : {"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", "1 ", " 1", "NaN",
                            "Infinity", "1a", "--1", "1.2.3", "-01"})
    CHECK_FALSE_MESSAGE(is_json_number(other), other);
}

TEST_CASE("json_text: numbers are the same whatever way they are written") {
  CHECK(is_same_number("1", "1.0"));
  CHECK(is_same_number("100", "1e2"));
  CHECK(is_same_number("1.50", "15e-1"));
  CHECK(is_same_number("0.001", "1E-3"));
  CHECK(is_same_number("0", "-0.000e7"));
  CHECK(is_same_number("-120", "-1.2e+2"));
  CHECK(is_same_number("12300e-2", "123"));
  CHECK_FALSE(is_same_number("1", "-1"));
  CHECK_FALSE(is_same_number("1", "10"));
  CHECK_FALSE(is_same_number("1", "1.0000000000000000000001"));
  CHECK_FALSE(is_same_number("1", "one"));
  CHECK_FALSE(is_same_number("one", "1"));
  CHECK_FALSE(is_same_number("", ""));
}

TEST_CASE("json_text: numbers are compared to the last digit, and to any size") {
  // As doubles they would be the same.
  CHECK_FALSE(is_same_number("9007199254740993", "9007199254740992"));
  CHECK(is_same_number("9007199254740993", "9007199254740993.0"));
  CHECK_FALSE(is_same_number("1e400", "1e401"));
  CHECK(is_same_number("1e400", "10e399"));
  CHECK_FALSE(is_same_number("1e99999999999999999999999", "1"));
  CHECK_FALSE(is_same_number("1e-99999999999999999999999", "0"));
}

TEST_CASE("json_text: escapes are resolved") {
  CHECK(unescaped("plain") == "plain");
  CHECK(unescaped(R"(a\"b\\c\/d\b\f\n\r\t)") == "a\"b\\c/d\b\f\n\r\t");
  CHECK(unescaped(R"(\u0041\u00e9\u20AC)") == "A\xc3\xa9\xe2\x82\xac");
  CHECK(unescaped(R"(\ud83d\ude00!)") == "\xf0\x9f\x98\x80!");
  CHECK(unescaped(R"(\u0000)") == std::string(1, '\0'));
}

TEST_CASE("json_text: half a surrogate pair becomes the replacement character") {
  const std::string replacement = "\xef\xbf\xbd";
  CHECK(unescaped(R"(\ud800)") == replacement);
  CHECK(unescaped(R"(\ude00x)") == replacement + "x");
  CHECK(unescaped(R"(\ud800\n)") == replacement + "\n");
  CHECK(unescaped(R"(\ud800\u0041)") == replacement + "A");
  CHECK(unescaped(R"(\ud800\ud83d\ude00)") == replacement + "\xf0\x9f\x98\x80");
}

TEST_CASE("json_text: what is no escape is refused") {
  for (const char* wrong :
       {"\\", "a\\", R"(\x)", R"(\u)", R"(\u12)", R"(\u12g4)", R"(\u 123)", R"(\u+123)",
        R"(\u-001)", R"(\ud800\u)", R"(\ud800\uzzzz)", R"(\U0041)"}) {
    CAPTURE(wrong);
    CHECK_FALSE(has_valid_escapes(wrong));
    CHECK(unescaped(wrong).starts_with("refused"));
  }
  CHECK(has_valid_escapes(R"(\u0041\n)"));
}
