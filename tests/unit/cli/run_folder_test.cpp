#include "harness/cli/run_folder.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include "harness/base/file.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;

namespace {

const auto kTime = std::chrono::system_clock::from_time_t(1795464504);

fs::path make_temporary_folder() {
  std::string name = (fs::temp_directory_path() / "leakcheck-unit-XXXXXX").string();
  return ::mkdtemp(name.data());
}

}  // namespace

TEST_SUITE("RunFolder") {
  TEST_CASE("times are UTC, ISO 8601, to the second") {
    CHECK(cli::format_utc(kTime) == "2026-11-23T20:08:24Z");
  }

  TEST_CASE("a folder is named after the scenario and the time") {
    CHECK(cli::choose_run_folder("runs", "orders-api", kTime) == "runs/orders-api-20261123-200824");
  }

  TEST_CASE("a hostile name cannot leave the folder") {
    CHECK(cli::choose_run_folder("runs", "../../etc/passwd", kTime) ==
          "runs/etc-passwd-20261123-200824");
    CHECK(cli::choose_run_folder("runs", "..", kTime) == "runs/run-20261123-200824");
    CHECK(cli::choose_run_folder("runs", "a b\n\"c\"", kTime) == "runs/a-b-c-20261123-200824");
    const auto longest = cli::choose_run_folder("runs", std::string(500, 'x'), kTime);
    CHECK(longest.filename().string().size() < 100);
  }

  TEST_CASE("two runs in one second have folders of their own, and git passes over both") {
    const fs::path base = make_temporary_folder();
    const fs::path first = cli::choose_run_folder(base, "x", kTime);
    REQUIRE(make_private_folder(first));
    const fs::path second = cli::choose_run_folder(base, "x", kTime);
    CHECK(second.filename() == "x-20261123-200824-2");
    cli::hide_from_git(base);
    CHECK(load_file(base / ".gitignore") == "*\n");
    fs::remove_all(base);
  }
}
