#include "harness/load/random.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <map>
#include <regex>
#include <set>

using leakcheck::load::Random;

namespace {

std::string text_of(Random& random, std::size_t length) {
  std::string out;
  random.append_text(out, length);
  return out;
}

std::string uuid_of(Random random) {
  std::string out;
  random.append_uuid(out);
  return out;
}

}  // namespace

TEST_CASE("Random: the same seed and stream, the same numbers; on every machine") {
  Random a(1, 2);
  Random b(1, 2);
  for (int i = 0; i < 100; ++i) CHECK(a.next() == b.next());
  // By another implementation. A scenario's requests do not change with leakcheck's version.
  Random known(1);
  CHECK(known.next() == 17254933023648552173U);
  CHECK(known.next() == 10273995337764303472U);
  CHECK(known.next() == 13859318443369830749U);
  CHECK(Random(1, 1).next() == 3501290240102054732U);
}

TEST_CASE("Random: neighbouring seeds and streams have no number in common") {
  std::set<std::uint64_t> seen;
  std::size_t drawn = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (std::uint64_t stream = 0; stream < 50; ++stream) {
      Random random(seed, stream);
      for (int i = 0; i < 10; ++i, ++drawn) seen.insert(random.next());
    }
  CHECK(seen.size() == drawn);
}

TEST_CASE("Random: between() reaches both ends, evenly") {
  Random random(3);
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 60'000; ++i) ++counts[random.between(-2, 3)];
  CHECK(counts.size() == 6);
  CHECK(counts.begin()->first == -2);
  CHECK(counts.rbegin()->first == 3);
  for (const auto& [value, count] : counts) {
    CHECK(count > 9'600);  // four standard deviations
    CHECK(count < 10'400);
  }
  CHECK(random.between(7, 7) == 7);
}

TEST_CASE("Random: between() spans all numbers there are") {
  Random random(4);
  int negative = 0;
  for (int i = 0; i < 1'000; ++i)
    if (random.between(INT64_MIN, INT64_MAX) < 0) ++negative;
  CHECK(negative > 400);
  CHECK(negative < 600);
  for (int i = 0; i < 100; ++i) {
    const auto value = random.between(INT64_MAX - 1, INT64_MAX);
    CHECK(value >= INT64_MAX - 1);
  }
}

TEST_CASE("Random: text() is letters and digits, of any length") {
  Random random(5);
  CHECK(text_of(random, 0).empty());
  const std::string text = text_of(random, 5'000);
  CHECK(text.size() == 5'000);
  std::set<char> seen(text.begin(), text.end());
  CHECK(seen.size() == 62);
  for (const char c : seen) CHECK(std::isalnum(static_cast<unsigned char>(c)));
}

TEST_CASE("Random: uuid() is of version 4, and never the same") {
  const std::regex version_4("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> seen;
  for (std::uint64_t stream = 0; stream < 2'000; ++stream) {
    const std::string uuid = uuid_of(Random(1, stream));
    CHECK(std::regex_match(uuid, version_4));
    seen.insert(uuid);
  }
  CHECK(seen.size() == 2'000);
}

TEST_CASE("Random: what is appended leaves the text before it, and is known") {
  // By the release before it was appended: a scenario's requests stay what they were.
  std::string out = "<";
  Random random(7, 3);
  random.append_uuid(out);
  out += '|';
  random.append_text(out, 8);
  CHECK(out == "<7957c3b7-4b90-459e-8cbd-6d7fbe602c15|QZWjH8hC");
}
