#include <doctest/doctest.h>

#include "tests/unit/verdict/recorded_run.hpp"

using namespace leakcheck;
using namespace leakcheck::tests;
using model::Answer;

TEST_SUITE("Recorded series") {
  TEST_CASE("Recorded series: no recorded run is judged wrongly") {
    const auto runs = load_recorded_runs(LEAKCHECK_FIXTURES "/series");
    REQUIRE(runs.size() >= 100);
    int followed = 0, inconclusive = 0;
    for (const RecordedRun& run : runs) {
      CAPTURE(run.name);
      const Replayed replayed = replay(run);
      const Answer answer = replayed.decision.verdict.answer;
      CAPTURE(model::to_string(answer));
      CAPTURE(replayed.decision.verdict.reason);
      // One that the rules would have gone on with otherwise says nothing of their answer.
      if (replayed.followed && answer != Answer::inconclusive) CHECK(run.expects(answer));
      followed += replayed.followed;
      inconclusive += replayed.followed && answer == Answer::inconclusive;
    }
    MESSAGE(followed << " of " << runs.size() << " followed, " << inconclusive << " inconclusive");
  }
}
