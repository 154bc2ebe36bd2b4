#include "harness/cli/exit_code.hpp"

#include <doctest/doctest.h>

using leakcheck::cli::exit_code;
using leakcheck::model::Ending;

TEST_SUITE("ExitCode") {
  TEST_CASE("every ending has the code that --help promises") {
    CHECK(exit_code(Ending::clean) == 0);
    CHECK(exit_code(Ending::leak) == 1);
    CHECK(exit_code(Ending::budget_exceeded) == 1);
    CHECK(exit_code(Ending::usage_wrong) == 2);
    CHECK(exit_code(Ending::scenario_wrong) == 2);
    CHECK(exit_code(Ending::target_failed) == 3);
    CHECK(exit_code(Ending::load_invalid) == 4);
    CHECK(exit_code(Ending::inconclusive) == 5);
    CHECK(exit_code(Ending::report_failed) == 6);
    CHECK(exit_code(Ending::internal_error) == 70);
    CHECK(exit_code(Ending::interrupted) == 130);
    CHECK(exit_code(Ending::terminated) == 143);
  }

  TEST_CASE("of several runs the ending that matters most decides") {
    CHECK(exit_code(std::vector<Ending>{}) == 0);
    CHECK(exit_code({Ending::clean, Ending::clean}) == 0);
    CHECK(exit_code({Ending::clean, Ending::report_failed}) == 6);
    CHECK(exit_code({Ending::report_failed, Ending::inconclusive}) == 5);
    CHECK(exit_code({Ending::target_failed, Ending::leak, Ending::load_invalid}) == 1);
    CHECK(exit_code({Ending::leak, Ending::interrupted}) == 130);
  }
}
