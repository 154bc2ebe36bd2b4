#include "harness/load/escaping.hpp"

#include <doctest/doctest.h>

using leakcheck::load::append_escaped;
using leakcheck::load::Place;

namespace {

std::string escaped(std::string_view value, Place place) {
  std::string out = "<";
  append_escaped(out, value, place);
  return out + ">";
}

const std::string kNul("a\0b", 3);

}  // namespace

TEST_CASE("escaping: a url keeps the unreserved characters and encodes all others") {
  const std::string unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  CHECK(escaped(unreserved, Place::url) == "<" + unreserved + ">");
  CHECK(escaped("a b/c?d&e=f#g%h+i", Place::url) == "<a%20b%2Fc%3Fd%26e%3Df%23g%25h%2Bi>");
  CHECK(escaped("grüße \xF0\x9F\x98\x80", Place::url) == "<gr%C3%BC%C3%9Fe%20%F0%9F%98%80>");
  CHECK(escaped("\r\n", Place::url) == "<%0D%0A>");
  CHECK(escaped(kNul, Place::url) == "<a%00b>");
}

TEST_CASE("escaping: a form has + for a space and encodes the tilde") {
  CHECK(escaped("a b+c~*-._", Place::form) == "<a+b%2Bc%7E*-._>");
  CHECK(escaped("x&y=z", Place::form) == "<x%26y%3Dz>");
  CHECK(escaped("ü", Place::form) == "<%C3%BC>");
  CHECK(escaped(kNul, Place::form) == "<a%00b>");
}

TEST_CASE("escaping: a JSON string cannot be left") {
  CHECK(escaped("\"},{\"a\":\"", Place::json_string) == R"(<\"},{\"a\":\">)");
  CHECK(escaped("back\\slash", Place::json_string) == R"(<back\\slash>)");
  CHECK(escaped("\n\r\t\b\x01\x1f", Place::json_string) == R"(<\n\r\t\u0008\u0001\u001f>)");
  CHECK(escaped(kNul, Place::json_string) == R"(<a\u0000b>)");
  CHECK(escaped("grüße/\x7f", Place::json_string) == "<grüße/\x7f>");
}

TEST_CASE("escaping: a header's value has no line ends and no control characters but tabs") {
  CHECK(escaped("a\r\nX-Evil: 1\r\n\r\nb", Place::header) == "<aX-Evil: 1b>");
  CHECK(escaped("\x01\x1b[31m\x7f\t", Place::header) == "<[31m\t>");
  CHECK(escaped(kNul, Place::header) == "<ab>");
  CHECK(escaped("Grüße; q=\"1\"", Place::header) == "<Grüße; q=\"1\">");
}

TEST_CASE("escaping: plain text is left alone, and nothing is nothing anywhere") {
  CHECK(escaped("a\r\n\"<&%", Place::plain) == "<a\r\n\"<&%>");
  for (const Place place :
       {Place::plain, Place::header, Place::url, Place::form, Place::json_string})
    CHECK(escaped("", place) == "<>");
}

TEST_CASE("encode_literal: what no URL can hold is encoded, and nothing else") {
  bool in_query = false;
  CHECK(leakcheck::load::encode_literal("/a b/ü%20[x]{y}", in_query) == "/a%20b/%c3%bc%20[x]{y}");
  CHECK_FALSE(in_query);
  CHECK(leakcheck::load::encode_literal("/a b?c d?e", in_query) == "/a%20b?c+d?e");
  CHECK(in_query);
  CHECK(leakcheck::load::encode_literal(" x", in_query) == "+x");
}

TEST_CASE("append_number: to both ends") {
  std::string out = "<";
  leakcheck::load::append_number(out, INT64_MIN);
  leakcheck::load::append_number(out, INT64_MAX);
  CHECK(out == "<-92233720368547758089223372036854775807");
}
