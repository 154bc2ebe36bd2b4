#include "harness/load/cookie_date.hpp"

#include <doctest/doctest.h>

using leakcheck::load::parse_cookie_date;

TEST_CASE("parse_cookie_date: the forms that servers write") {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994", "6 nov 1994 8:49:37", "1994 nov 06 08:49:37",
                           "Sun, 06-Nov-1994 08:49:37 GMT"})
    CHECK_MESSAGE(parse_cookie_date(text) == 784'111'777, text);
  CHECK(parse_cookie_date("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
  CHECK(parse_cookie_date("Thu, 29 Feb 2024 23:59:59 GMT") == 1'709'251'199);
  CHECK(parse_cookie_date("Fri, 31 Dec 9999 23:59:59 GMT") == 253'402'300'799);
  CHECK(parse_cookie_date("Wed, 01 Jan 69 00:00:00 GMT") == 3'124'224'000);
}

TEST_CASE("parse_cookie_date: what is no date is none") {
  for (const char* text :
       {"", "0", "-1", "never", "Sun, 06 Nov 1994", "08:49:37", "06 Nov 1994 24:00:00",
        "06 Nov 1994 08:60:00", "32 Nov 1994 08:49:37", "29 Feb 2023 00:00:00",
        "06 Nov 1600 00:00:00", "06 Nov 19941 00:00:00", "06 Foo 1994 00:00:00", "06 Nov 1994 8:49",
        "\xff\xff\xff", ";;;;", "123456789012345678901234567890"})
    CHECK_FALSE_MESSAGE(parse_cookie_date(text), text);
}
