#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>

#include "tests/unit/verdict/synthetic_service.hpp"

using namespace leakcheck;
using tests::ServiceShape;

namespace {

struct Tally {
  std::map<model::Answer, int> answers;
  std::vector<int> cycles;
  std::vector<double> errors;  ///< of leak estimates, in shares of the truth
  int outside = 0;             ///< intervals that miss the truth

  int of(model::Answer answer) const {
    const auto found = answers.find(answer);
    return found == answers.end() ? 0 : found->second;
  }
};

double at_share(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

void print(const std::string& name, int runs, const Tally& tally) {
  std::vector<double> cycles(tally.cycles.begin(), tally.cycles.end());
  fmt::print(
      "{:<46} {:>6} runs  clean {:>6}  bounded {:>6}  inconclusive {:>5}  leak {:>6}  "
      "cycles p50 {:>3.0f} p90 {:>3.0f}",
      name, runs, tally.of(model::Answer::clean), tally.of(model::Answer::bounded),
      tally.of(model::Answer::inconclusive), tally.of(model::Answer::leak), at_share(cycles, 0.5),
      at_share(cycles, 0.9));
  if (!tally.errors.empty())
    fmt::print("  error p95 {:.2f} %  outside {}", 100 * at_share(tally.errors, 0.95),
               tally.outside);
  fmt::print("\n");
  std::fflush(stdout);
}

using MakeShape = std::function<ServiceShape(std::mt19937_64&)>;

Tally run_many(const std::string& name, int runs, const MakeShape& make,
               const verdict::Settings& settings = {}) {
  Tally tally;
  for (int seed = 0; seed < runs; ++seed) {
    std::mt19937_64 random(static_cast<std::uint64_t>(seed) * 7919 + 17);
    const ServiceShape shape = make(random);
    const auto outcome = tests::run_service({shape, static_cast<std::uint64_t>(seed)}, settings);
    const model::Verdict& verdict = outcome.decision.verdict;
    ++tally.answers[verdict.answer];
    tally.cycles.push_back(static_cast<int>(outcome.cycles.size()));
    if (verdict.answer == model::Answer::leak && shape.leak > 0) {
      const auto& growth = verdict.quantities.front().growth;
      tally.errors.push_back(std::abs(growth.bytes_per_request - shape.leak) / shape.leak);
      tally.outside += shape.leak < growth.low || shape.leak > growth.high;
    }
  }
  print(name, runs, tally);
  return tally;
}

double between(std::mt19937_64& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

/// A healthy service with everything that was measured on real ones, all at once.
ServiceShape healthy(std::mt19937_64& random, double most_noise) {
  ServiceShape shape;
  shape.noise = between(random, 0, most_noise);
  shape.warmup_bytes = between(random, 0, 120'000);
  shape.warmup_requests = between(random, 100, 3700);
  shape.jump_chance = between(random, 0, 0.03);
  shape.drop_chance = between(random, 0, 0.02);
  shape.big_jump_at = random() % 20 == 0 ? static_cast<int>(1 + random() % 40) : 0;
  return shape;
}

}  // namespace

TEST_SUITE("Verdict rates") {
  TEST_CASE("Verdict rates: no healthy service leaks") {
    for (const double noise : {72.0, 507.0}) {
      const Tally tally = run_many(fmt::format("healthy, noise to {} B", noise), 5000,
                                   [&](std::mt19937_64& random) { return healthy(random, noise); });
      // By luck alone the jumps up of two of them come as often as those of a leak in a hundred
      // requests, over 5,000 requests and more.
      CHECK(tally.of(model::Answer::leak) <= 2);
      CHECK(tally.of(model::Answer::inconclusive) < 50);
    }
  }

  TEST_CASE("Verdict rates: no cache that fills leaks") {
    for (const int entries : {500, 1000, 2000, 5000}) {
      for (const bool random_keys : {false, true}) {
        const Tally tally = run_many(
            fmt::format("cache of {}{}", entries, random_keys ? ", random keys" : ""), 600,
            [&](std::mt19937_64& random) {
              ServiceShape shape = healthy(random, 507);
              shape.cache_entries = entries;
              shape.cache_entry = std::exp(between(random, std::log(100.0), std::log(2000.0)));
              shape.random_keys = random_keys;
              return shape;
            });
        CHECK(tally.of(model::Answer::leak) == 0);
        // All but those that are far from full after 13,600 requests are named for what they are.
        const bool fills = !random_keys || entries <= 1000;
        CHECK(tally.of(model::Answer::inconclusive) <= (fills ? 60 : 600));
      }
    }
  }

  TEST_CASE("Verdict rates: hardly a sawtooth leaks") {
    const Tally tally = run_many("sawtooth of 3 to 60 cycles", 2000, [](std::mt19937_64& random) {
      ServiceShape shape = healthy(random, 507);
      shape.clear_every = static_cast<int>(3 + random() % 58);
      shape.kept_until_clear = between(random, 8, 1000);
      return shape;
    });
    // Not none: one whose single drop hides behind a long warm-up, or a jump, looks like a leak.
    CHECK(tally.of(model::Answer::leak) <= 2);
  }

  TEST_CASE("Verdict rates: no service leaks for its JIT") {
    verdict::Settings settings;
    settings.mode = model::Mode::native;
    const Tally tally = run_many(
        "native mode, 9 to 37 KB, drift to 51 B", 2000,
        [](std::mt19937_64& random) {
          ServiceShape shape;
          shape.noise = between(random, 9'000, 37'000);
          shape.drift = between(random, 3, 51);
          return shape;
        },
        settings);
    CHECK(tally.of(model::Answer::leak) == 0);
  }

  struct Size {
    double leak, noise;
  };
  constexpr Size kSizes[] = {{6.4, 72}, {16, 72}, {16, 507}, {64, 507}, {256, 507}};

  TEST_CASE("Verdict rates: every leak is found in a service that soon is warm") {
    for (const Size size : kSizes) {
      for (const bool doubling : {false, true}) {
        const Tally tally = run_many(fmt::format("leak of {} B, noise to {} B{}", size.leak,
                                                 size.noise, doubling ? ", doubling" : ""),
                                     500, [&](std::mt19937_64& random) {
                                       ServiceShape shape = healthy(random, size.noise);
                                       shape.warmup_bytes = between(random, 0, 60'000);
                                       shape.warmup_requests = between(random, 100, 800);
                                       shape.leak = size.leak;
                                       shape.doubling = doubling;
                                       return shape;
                                     });
        CHECK(tally.of(model::Answer::leak) == 500);
        CHECK(at_share(tally.errors, 0.95) < (size.leak < 64 && size.noise > 100 ? 0.1 : 0.05));
      }
    }
  }

  TEST_CASE("Verdict rates: no leak passes in a service that warms up for long") {
    for (const Size size : kSizes) {
      for (const bool doubling : {false, true}) {
        const Tally tally = run_many(fmt::format("leak of {} B, noise to {} B{}, slow", size.leak,
                                                 size.noise, doubling ? ", doubling" : ""),
                                     500, [&](std::mt19937_64& random) {
                                       ServiceShape shape = healthy(random, size.noise);
                                       shape.leak = size.leak;
                                       shape.doubling = doubling;
                                       return shape;
                                     });
        CHECK(tally.of(model::Answer::clean) + tally.of(model::Answer::bounded) == 0);
        CHECK(tally.of(model::Answer::inconclusive) <= 10);
      }
    }
  }
}
