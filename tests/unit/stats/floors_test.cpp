#include "harness/stats/floors.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace leakcheck::stats;

namespace {

/// Small collections of 8 MB every 80 s; what they leave climbs by 20 MB until a full one.
std::vector<LevelAt> saw(double full_every, int readings) {
  std::vector<LevelAt> out;
  for (int i = 0; i < readings; ++i) {
    const double at = 10.0 * i;
    const double garbage = full_every > 0 ? 20e6 * std::fmod(at, full_every) / full_every : 0;
    out.push_back({at, 50e6 + garbage + 1e6 * (i % 8)});
  }
  return out;
}

}  // namespace

TEST_CASE("Floors: the lows that full collections leave are found, and none where there is none") {
  const auto readings = saw(7200, 3000);
  const auto found = find_full_lows(readings, find_collections(readings));
  REQUIRE(found.lows.size() == 4);
  for (const auto& low : found.lows) CHECK(low.level == doctest::Approx(50e6).epsilon(0.02));
  const auto none = saw(0, 3000);
  CHECK(find_full_lows(none, find_collections(none)).lows.empty());
  CHECK(find_full_lows({}, {}).lows.empty());
}

TEST_CASE("Floors: the least of each window, but not of one that has hardly a reading") {
  std::vector<LevelAt> readings;
  for (int i = 0; i < 30; ++i) readings.push_back({1.0 * i, 5.0 + i % 10});
  readings.push_back({30, 1});
  const auto floors = find_floors(readings, 10);
  REQUIRE(floors.size() == 3);
  for (const auto& floor : floors) CHECK(floor.level == 5);
}
