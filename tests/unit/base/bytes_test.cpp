#include "harness/base/bytes.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace leakcheck;

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr std::int64_t kMegabyte = 1024 * 1024;

void refused(std::string_view text, const std::string& why) {
  const auto bytes = parse_bytes(text);
  REQUIRE_MESSAGE(!bytes.has_value(), text);
  CHECK(bytes.error().kind == ErrorKind::scenario);
  CHECK(bytes.error().message == "\"" + std::string(text) + "\" is not a size: " + why);
  CHECK(bytes.error().hint == "write a number and a unit: 64B, 128KB, 320MB, 2GB");
}

std::int64_t parsed(std::string_view text) {
  const auto bytes = parse_bytes(text);
  REQUIRE_MESSAGE(bytes.has_value(), text);
  return bytes->count;
}

}  // namespace

TEST_CASE("Bytes: a level has one decimal from 1 KB on") {
  CHECK(format_bytes(Bytes{0}) == "0 B");
  CHECK(format_bytes(Bytes{412}) == "412 B");
  CHECK(format_bytes(Bytes{-1}) == "-1 B");
  CHECK(format_bytes(Bytes{1023}) == "1023 B");
  CHECK(format_bytes(Bytes{1024}) == "1.0 KB");
  CHECK(format_bytes(Bytes{-1024}) == "-1.0 KB");
  CHECK(format_bytes(Bytes{11'469}) == "11.2 KB");
  CHECK(format_bytes(Bytes{-3 * kMegabyte}) == "-3.0 MB");
  CHECK(format_bytes(Bytes{1536 * kMegabyte}) == "1.5 GB");
  CHECK(format_bytes(Bytes{2048 * 1024 * kMegabyte}) == "2.0 TB");
}

TEST_CASE("Bytes: rounding steps up to the next unit, never to 1024.0 of the last one") {
  CHECK(format_bytes(Bytes{kMegabyte - 52}) == "1023.9 KB");
  CHECK(format_bytes(Bytes{kMegabyte - 51}) == "1.0 MB");
  CHECK(format_bytes(Bytes{1024 * kMegabyte - 1}) == "1.0 GB");
}

TEST_CASE("Bytes: the extremes of a level can be printed") {
  CHECK(format_bytes(Bytes{std::numeric_limits<std::int64_t>::max()}) == "8.39e+06 TB");
  CHECK(format_bytes(Bytes{std::numeric_limits<std::int64_t>::min()}) == "-8.39e+06 TB");
}

TEST_CASE("Bytes: a rate below 1,000 B has up to two decimals") {
  CHECK(format_bytes(64.0) == "64 B");
  CHECK(format_bytes(10.24) == "10.24 B");
  CHECK(format_bytes(87.904) == "87.9 B");
  CHECK(format_bytes(0.004) == "0 B");
  CHECK(format_bytes(-0.004) == "0 B");
  CHECK(format_bytes(-0.4) == "-0.4 B");
  CHECK(format_bytes(100.0) == "100 B");
  CHECK(format_bytes(999.99) == "999.99 B");
}

TEST_CASE("Bytes: a rate of 1,000 B to 1 MB is exact to the byte") {
  CHECK(format_bytes(999.996) == "1,000 B");
  CHECK(format_bytes(1000.0) == "1,000 B");
  CHECK(format_bytes(1024.0) == "1,024 B");
  CHECK(format_bytes(2243.6) == "2,244 B");
  CHECK(format_bytes(-4096.0) == "-4,096 B");
  CHECK(format_bytes(65'536.0) == "65,536 B");
  CHECK(format_bytes(1'048'575.4) == "1,048,575 B");
}

TEST_CASE("Bytes: a rate of 1 MB and more is scaled like a level") {
  CHECK(format_bytes(1'048'575.6) == "1.0 MB");
  CHECK(format_bytes(1'048'576.0) == "1.0 MB");
  CHECK(format_bytes(-2.5 * kMegabyte) == "-2.5 MB");
  CHECK(format_bytes(1e300) == "9.09e+287 TB");
}

TEST_CASE("Bytes: a rate that is not known is said so") {
  CHECK(format_bytes(std::numeric_limits<double>::quiet_NaN()) == "not known");
  CHECK(format_bytes(kInfinite) == "not known");
  CHECK(format_bytes(-kInfinite) == "not known");
}

TEST_CASE("Grouped numbers: a comma before every three digits") {
  CHECK(format_grouped(std::int64_t{0}) == "0");
  CHECK(format_grouped(std::int64_t{999}) == "999");
  CHECK(format_grouped(std::int64_t{-999}) == "-999");
  CHECK(format_grouped(std::int64_t{1000}) == "1,000");
  CHECK(format_grouped(std::int64_t{-123}) == "-123");
  CHECK(format_grouped(std::int64_t{-1000}) == "-1,000");
  CHECK(format_grouped(std::int64_t{-1234}) == "-1,234");
  CHECK(format_grouped(std::int64_t{1'234'567}) == "1,234,567");
  CHECK(format_grouped(std::numeric_limits<std::int64_t>::min()) == "-9,223,372,036,854,775,808");
}

TEST_CASE("Grouped numbers: others are rounded, half away from zero") {
  CHECK(format_grouped(999.5) == "1,000");
  CHECK(format_grouped(2.5) == "3");
  CHECK(format_grouped(-0.4) == "0");
  CHECK(format_grouped(-1234.5) == "-1,235");
  CHECK(format_grouped(kInfinite) == "not known");
}

TEST_CASE("Bytes: sizes are read with and without a space, in any case, in powers of 1024") {
  CHECK(parsed("0") == 0);
  CHECK(parsed("64") == 64);
  CHECK(parsed("64B") == 64);
  CHECK(parsed("64b") == 64);
  CHECK(parsed("128 KB") == 128 * 1024);
  CHECK(parsed("1k") == 1024);
  CHECK(parsed("1KiB") == 1024);
  CHECK(parsed("1.5MB") == 3 * kMegabyte / 2);
  CHECK(parsed("1m") == kMegabyte);
  CHECK(parsed("1MiB") == kMegabyte);
  CHECK(parsed("2GiB") == 2048 * kMegabyte);
  CHECK(parsed("2 g") == 2048 * kMegabyte);
  CHECK(parsed("1e3B") == 1000);
  CHECK(parsed("0.5") == 1);
}

TEST_CASE("Bytes: what is no size is refused with the reason") {
  refused("", "it has no number");
  refused("MB", "it has no number");
  refused("nan", "it has no number");
  refused("inf", "it has no number");
  refused("1e999", "it has no number");
  refused("-1B", "it is negative");
  refused("64 bytes", "the unit \"bytes\" is not known");
  refused("15%", "the unit \"%\" is not known");
  refused("1,000", "the unit \",000\" is not known");
  refused("0x10", "the unit \"x10\" is not known");
  refused("1 M B", "the unit \"M B\" is not known");
}

TEST_CASE("Bytes: the largest size is 2^53, which a double still holds exactly") {
  CHECK(parsed("9007199254740992") == 9'007'199'254'740'992);
  CHECK(parsed("8388608GB") == 9'007'199'254'740'992);
  refused("9007199254740994", "it is too large");
  refused("8388609GB", "it is too large");
  refused("1e300", "it is too large");
}
