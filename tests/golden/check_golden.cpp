#include "tests/golden/check_golden.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "harness/base/file.hpp"

namespace leakcheck {

void check_golden(const std::string& name, const std::string& text) {
  const auto file = std::filesystem::path(LEAKCHECK_SOURCE) / "tests/golden/expected" / name;
  const char* update = std::getenv("LEAKCHECK_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    REQUIRE(write_file(file, text).has_value());
    return;
  }
  const auto expected = load_file(file);
  REQUIRE_MESSAGE(expected.has_value(), name,
                  " is missing; LEAKCHECK_UPDATE_GOLDEN=1 writes it: then read it");
  const bool same = *expected == text;
  CHECK_MESSAGE(same, name, " differs; now it is\n", text);
}

}  // namespace leakcheck
