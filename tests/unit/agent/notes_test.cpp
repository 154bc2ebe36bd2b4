#include "harness/agent/notes.hpp"

#include <doctest/doctest.h>

using namespace leakcheck::agent;

TEST_SUITE("Notes") {
  TEST_CASE("modules, as the agent reads them; one that was never loaded is named as such") {
    CHECK(Notes({}).modules().empty());
    CHECK(Notes({}).problems().empty());
    Notes notes({"sharp", "@scope/canvas"});
    CHECK(notes.modules() == "sharp,@scope/canvas");
    notes.add_uses("sharp", 0);
    notes.add_uses("sharp", 7);
    notes.add_uses("sharp", 5);
    notes.add_uses("unheard-of", 1);
    REQUIRE(notes.stand_ins().size() == 2);
    CHECK(notes.stand_ins()[0].loaded);
    CHECK(notes.stand_ins()[0].uses == 12);
    CHECK_FALSE(notes.stand_ins()[1].loaded);
    REQUIRE(notes.problems().size() == 1);
    CHECK(notes.problems()[0] ==
          "the service never loaded @scope/canvas, which was to be replaced: it is no suspect");
  }

  TEST_CASE("of the threads that were left out, the most at once count") {
    Notes notes({});
    notes.add_left_out(0);
    CHECK(notes.problems().empty());
    notes.add_left_out(4);
    notes.add_left_out(2);
    REQUIRE(notes.problems().size() == 1);
    CHECK(notes.problems()[0].find("up to 4 worker threads were not measured") == 0);
  }

  TEST_CASE("a problem that many processes have is told once, and many problems are cut") {
    Notes notes({});
    for (int i = 0; i < 100; ++i) notes.add_problem("the same");
    CHECK(notes.problems() == std::vector<std::string>{"the same"});
    for (int i = 0; i < 100; ++i) notes.add_problem("number " + std::to_string(i));
    CHECK(notes.problems().size() == 20);
  }
}
