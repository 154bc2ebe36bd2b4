#include "harness/run/ignored.hpp"

#include <doctest/doctest.h>

using namespace leakcheck;
using namespace leakcheck::model;
using run::mark_ignored;
using run::why_ignored;

namespace {

Finding finding(const std::string& identity, std::int64_t bytes,
                Confidence confidence = Confidence::high) {
  Finding out;
  out.identity = identity;
  out.bytes = bytes;
  out.confidence = confidence;
  return out;
}

QuantityVerdict growing(Quantity quantity, double bytes) {
  QuantityVerdict out;
  out.quantity = quantity;
  out.answer = Answer::leak;
  out.growth.bytes_per_request = bytes;
  out.budget_per_request = 4;
  return out;
}

/// 100 B a request, over 1,000 requests between the snapshots.
struct Leak {
  Verdict verdict;
  Explanation explanation;

  Leak() {
    verdict.answer = Answer::leak;
    verdict.quantities = {growing(Quantity::heap_used, 100)};
    explanation.requests = 1000;
  }
  std::string why(std::vector<Finding> findings, const std::vector<Ignore>& list) {
    explanation.findings = std::move(findings);
    mark_ignored(explanation.findings, list, "2026-11-26");
    return why_ignored(verdict, explanation);
  }
};

const Ignore kCache{"Store.cache", "bounded, #412", ""};

}  // namespace

TEST_SUITE("Ignored leaks") {
  TEST_CASE("a leak passes when all that is found is ignored, and explains it") {
    Leak leak;
    CHECK(leak.why({finding("Store.cache", 97'000)}, {kCache}) ==
          "100 B of every request are kept by what the scenario ignores: Store.cache (bounded, "
          "#412)");
    CHECK(leak.explanation.findings[0].ignored == "bounded, #412");
    CHECK_FALSE(leak.why({finding("Store.cache", 130'000)}, {kCache}).empty());
    CHECK_FALSE(leak.why({finding("Store.cache", 90'000)}, {kCache}).empty());
    CHECK(leak.why({finding("Store.cache", 89'000)}, {kCache}).empty());
  }

  TEST_CASE("one more finding fails it, unless that is no more than a guess") {
    Leak leak;
    const auto cache = finding("Store.cache", 97'000);
    CHECK(leak.why({cache, finding("sessions", 3'000)}, {kCache}).empty());
    CHECK(leak.why({cache, finding("sessions", 3'000, Confidence::medium)}, {kCache}).empty());
    CHECK_FALSE(leak.why({cache, finding("sessions", 300, Confidence::low)}, {kCache}).empty());
    CHECK_FALSE(leak.why({cache, finding("sessions", 3'000)},
                         {kCache, {"sessions", "of the test", "2026-11-26"}})
                    .empty());
  }

  TEST_CASE("nothing is ignored that was not found, and nothing without a list") {
    Leak leak;
    CHECK(leak.why({finding("Store.cache", 97'000)}, {}).empty());
    CHECK(leak.why({finding("Store.cacheB", 97'000)}, {kCache}).empty());
    CHECK(leak.why({}, {kCache}).empty());
    leak.explanation.requests = 0;
    CHECK(leak.why({finding("Store.cache", 97'000)}, {kCache}).empty());
  }

  TEST_CASE("native memory that leaks beside it is not explained by a heap") {
    Leak leak;
    leak.verdict.quantities.push_back(growing(Quantity::native, 500));
    CHECK(leak.why({finding("Store.cache", 97'000)}, {kCache}).empty());
  }

  TEST_CASE("external counts its array buffers once") {
    Verdict verdict;
    verdict.quantities = {growing(Quantity::heap_used, 100), growing(Quantity::external, 700),
                          growing(Quantity::array_buffers, 690)};
    CHECK(run::measured_growth(verdict, {}) == 800);
  }

  TEST_CASE("of two processes the one counts that the snapshots are of") {
    Leak leak;
    leak.verdict.parts = {{7, 0, Quantity::heap_used, {}}, {8, 0, Quantity::heap_used, {}}};
    leak.verdict.parts[0].growth.bytes_per_request = 40;
    leak.verdict.parts[1].growth.bytes_per_request = 60;
    leak.explanation.snapshots = {{"heap-1.heapsnapshot", 8, 0, 0, 0, 0}};
    CHECK(run::measured_growth(leak.verdict, leak.explanation) == 60);
    CHECK_FALSE(leak.why({finding("Store.cache", 58'000)}, {kCache}).empty());
  }

  TEST_CASE("an entry holds until its last day is over; what is expired or not found is said") {
    std::vector<Finding> findings = {finding("a", 1), finding("b", 1), finding("c", 1)};
    const auto notes = mark_ignored(findings,
                                    {{"a", "one", "2026-11-26"},
                                     {"b", "two", "2026-11-25"},
                                     {"c", "three", ""},
                                     {"d", "four", "2020-01-01"}},
                                    "2026-11-26");
    CHECK(findings[0].ignored == "one");
    CHECK(findings[1].ignored.empty());
    CHECK(findings[2].ignored == "three");
    REQUIRE(notes.size() == 2);
    CHECK(notes[0] == "ignore: b (two) was to hold until 2026-11-25, and counts again");
    CHECK(notes[1].rfind("ignore: no finding is called d", 0) == 0);
  }
}
