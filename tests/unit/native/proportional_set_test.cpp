#include "harness/native/proportional_set.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

namespace leakcheck::native {
namespace {

TEST_CASE("parse_pss: the line of the total, not those of its kinds") {
  const std::string text =
      "55d0-7ffd ---p 00000000 00:00 0    [rollup]\nRss:     44000 kB\nPss:      41234 kB\n"
      "Pss_Anon:   30000 kB\nPss_File:   11234 kB\n";
  CHECK(parse_pss(text) == Bytes{41234 * 1024});
}

TEST_CASE("parse_pss: nothing from what is not that") {
  for (const char* text : {"", "\nPss:", "\nPss: ", "\nPss: kB", "\nPss: 12", "\nPss: 12 MB",
                           "\nPss: -3 kB", "\nPss_Anon: 12 kB", "\nPss: 99999999999999999999 kB"})
    CHECK_MESSAGE(!parse_pss(text), text);
}

TEST_CASE("read_pss: of this process") {
  const auto pss = read_pss(::getpid());
  REQUIRE(pss.has_value());
  CHECK(pss->count > 100 * 1024);
}

}  // namespace
}  // namespace leakcheck::native
