#include "harness/load/header_lines.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace leakcheck::load;

namespace {

std::string all(std::string_view head, std::string_view name) {
  std::string out;
  HeaderValues values(head, name);
  while (const auto value = values.next()) out += "[" + std::string(*value) + "]";
  return out;
}

}  // namespace

TEST_CASE("HeaderValues: all values of a name, in order, without the blanks around them") {
  const std::string head = "Set-Cookie: a=1\r\nX: \t y \r\nset-cookie:b=2; Path=/\r\nEmpty:\r\n";
  CHECK(all(head, "SET-COOKIE") == "[a=1][b=2; Path=/]");
  CHECK(all(head, "x") == "[y]");
  CHECK(all(head, "Empty") == "[]");
  CHECK(all(head, "Set").empty());
  CHECK(all(head, "Cookie").empty());
  CHECK(find_header_value(head, "Set-Cookie") == "a=1");
  CHECK_FALSE(find_header_value(head, "Missing"));
}

TEST_CASE("HeaderValues: lines that are no headers are passed over") {
  CHECK(all("", "a").empty());
  CHECK(all("\r\n\r\n", "a").empty());
  CHECK(all("a", "a").empty());
  CHECK(all("a\r\nA:1", "a") == "[1]");
  CHECK(all("b: 1\n a: folded\na: 2\n", "a") == "[2]");
  CHECK(all("a : 1\r\n", "a").empty());
  CHECK(all(": no name\r\n", "a").empty());
  CHECK(all("a:1:2\r\n", "a") == "[1:2]");
}
