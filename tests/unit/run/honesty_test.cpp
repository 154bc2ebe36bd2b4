#include "harness/run/honesty.hpp"

#include <doctest/doctest.h>

using namespace leakcheck;
using run::list_doubts;

namespace {

/// 2,000 iterations a second for ten seconds, kept.
model::LoadSummary make_kept() {
  model::LoadSummary load;
  load.sent = load.answered = load.iterations = 20'000;
  load.busy_ms = 10'004;
  load.wanted_rate = 2000;
  load.cpu_share = 0.1;
  load.latency.p99_ms = 5;
  load.lateness.p99_ms = 0.09;
  return load;
}

using Doubts = std::vector<std::string>;

}  // namespace

TEST_CASE("Honesty: a load that went as it should raises no doubt") {
  CHECK(list_doubts(make_kept(), 10, 10'000).empty());
  model::LoadSummary closed = make_kept();
  closed.wanted_rate = 0;
  closed.iterations = 3;
  closed.lateness.p99_ms = 100;
  CHECK(list_doubts(closed, 10, 10'000).empty());
  CHECK(list_doubts({}, 1, 0).empty());
}

TEST_CASE("Honesty: a whole core of ours, in any model") {
  model::LoadSummary load = make_kept();
  load.cpu_share = 0.89;
  CHECK(list_doubts(load, 10, 10'000).empty());
  load.cpu_share = 0.981;
  load.wanted_rate = 0;
  CHECK(list_doubts(load, 10, 10'000) ==
        Doubts{"leakcheck itself used 98 % of a core: the service could take more than this"});
}

TEST_CASE("Honesty: a rate that was not kept, by how much, and why") {
  model::LoadSummary load = make_kept();
  load.iterations = 19'700;
  CHECK(list_doubts(load, 10, 10'000).empty());
  load.iterations = 18'000;
  load.dropped_iterations = 2'000;
  CHECK(list_doubts(load, 10, 10'000) ==
        Doubts{"the rate was not kept: 1,800 of 2,000 iterations/s",
               "2,000 iterations were dropped, because all 10 virtual users were at work; raise "
               "load.vus"});
  load = make_kept();
  load.late_iterations = 12;
  CHECK(list_doubts(load, 1, 10'000) ==
        Doubts{"12 of 20,000 iterations began late, because the only virtual user was at work; "
               "raise load.vus"});
}

TEST_CASE("Honesty: lateness counts when it is more than a millisecond and shows in the latency") {
  model::LoadSummary load = make_kept();
  load.lateness.p99_ms = 0.99;
  CHECK(list_doubts(load, 10, 10'000).empty());
  load.lateness.p99_ms = 12.31;
  CHECK(list_doubts(load, 10, 10'000) ==
        Doubts{"leakcheck itself was late: one request in a hundred was sent 12.3 ms or more after "
               "it was due; this machine is too busy"});
  load.latency.p99_ms = 500;
  CHECK(list_doubts(load, 10, 10'000).empty());
}
