#include "harness/load/pattern.hpp"

#include <doctest/doctest.h>

using namespace leakcheck;
using namespace leakcheck::load;

namespace {

Pattern compile(const std::string& text) {
  auto pattern = Pattern::compile(text);
  REQUIRE(pattern);
  return std::move(*pattern);
}

}  // namespace

TEST_CASE("Pattern: it is looked for anywhere") {
  CHECK(compile("b+").is_in("abbc"));
  CHECK_FALSE(compile("^b+$").is_in("abbc"));
  CHECK(compile("").is_in(""));
  CHECK_FALSE(compile("a").is_in(""));
}

TEST_CASE("Pattern: found is its first group, or all of it") {
  CHECK(compile("id=(\\d+)").find_in("x id=42&id=43") == "42");
  CHECK(compile("id=\\d+").find_in("x id=42") == "id=42");
  CHECK(compile("(a)(b)").find_in("ab") == "a");
  CHECK(compile("x(a)?").find_in("x") == "");
  CHECK_FALSE(compile("id=(\\d+)").find_in("none"));
}

TEST_CASE("Pattern: bytes that are no UTF-8, and the patterns that others choke on, do no harm") {
  CHECK(compile("token=(\\w+)").find_in("\xff\xfe token=abc \x80") == "abc");
  CHECK(compile("b").is_in(std::string("a\0b", 3)));
  CHECK_FALSE(compile("(a*)*b").is_in(std::string(100'000, 'a')));
}

TEST_CASE("Pattern: what is none is refused") {
  for (const char* wrong : {"(", "[a", "a{2,1}", "(?=a)", "\\1"}) {
    CAPTURE(wrong);
    const auto pattern = Pattern::compile(wrong);
    REQUIRE_FALSE(pattern);
    CHECK(pattern.error().kind == ErrorKind::load);
    CHECK(pattern.error().message.starts_with("\"" + std::string(wrong) +
                                              "\" is not a regular expression: "));
    CHECK(pattern.error().hint ==
          "write it in RE2's syntax, which has no look-around and no back-references");
  }
}
