#include "harness/base/spelling.hpp"

#include <doctest/doctest.h>

using namespace leakcheck;

namespace {

const std::vector<std::string> kKeys = {"requests", "min", "max", "warmup", "arrivalRate", "vus"};

std::string closest(const std::string& word, const std::vector<std::string>& candidates = kKeys) {
  return find_closest(word, candidates).value_or("none");
}

}  // namespace

TEST_CASE("Spelling: one slip of each kind is found") {
  CHECK(closest("requets") == "requests");
  CHECK(closest("requeests") == "requests");
  CHECK(closest("reqwests") == "requests");
  CHECK(closest("reqeusts") == "requests");
  CHECK(closest("warm-up") == "warmup");
}

TEST_CASE("Spelling: case is no difference, and the candidate comes back as it is written") {
  CHECK(closest("arrivalrate") == "arrivalRate");
  CHECK(closest("ARRIVAL_RATE") == "arrivalRate");
  CHECK(closest("VUS") == "vus");
}

TEST_CASE("Spelling: what is too far off is not guessed") {
  CHECK(closest("cookies") == "none");
  CHECK(closest("") == "none");
  CHECK(closest("x") == "none");
  CHECK(closest("requests", {}) == "none");
  // Four edits in eight letters.
  CHECK(closest("reqXXXXs") == "none");
  CHECK(closest("reqXXXts") == "requests");
}

TEST_CASE("Spelling: a short word may be off by one edit") {
  CHECK(closest("mix") == "min");
  CHECK(closest("mx") == "max");
  CHECK(closest("mxa") == "max");
  CHECK(closest("abc") == "none");
  // Nothing of the candidate would be left.
  CHECK(closest("x", {"y"}) == "none");
}

TEST_CASE("Spelling: the nearest wins, and the first of two that are equally near") {
  CHECK(closest("timeot", {"timers", "timeout"}) == "timeout");
  CHECK(closest("mat", {"max", "mat", "map"}) == "mat");
  CHECK(closest("mab", {"max", "map"}) == "max");
}

TEST_CASE("Spelling: a word of any length takes no time") {
  CHECK(closest(std::string(65, 'a'), {std::string(65, 'a')}) == "none");
  CHECK(closest(std::string(1'000'000, 'a'), {std::string(1'000'000, 'b')}) == "none");
  CHECK(closest(std::string(64, 'a'), {std::string(63, 'a')}) == std::string(63, 'a'));
}
