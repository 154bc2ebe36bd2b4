#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "harness/verdict/judge.hpp"

/// Series as services give them, from a seed. Figures are those measured on real services in quiet
/// mode (harness/verdict/README.md): noise of 0 to 507 B between collections of 100 requests,
/// warm-up that dies away, jumps of 2 to 8 KB, seldom one of 230 KB.
namespace leakcheck::tests {

struct ServiceShape {
  int requests = 100;            ///< a cycle
  double noise = 0;              ///< standard deviation of the level, bytes
  double warmup_bytes = 0;       ///< gained in all by lazy work that dies away
  double warmup_requests = 800;  ///< nine tenths of it are done by then
  double jump_chance = 0;        ///< a cycle; 2 to 8 KB that stay
  int big_jump_at = 0;           ///< cycle of one jump of 230 KB that stays; 0: none
  double drop_chance = 0;        ///< a cycle; 1 to 4 KB given back for good
  double leak = 0;               ///< bytes a request
  double drift = 0;              ///< the same, of a healthy service: what the JIT adds
  bool doubling = false;         ///< the leak's array doubles its backing store: 8 B an entry
  int cache_entries = 0;         ///< of a cache that takes an entry with every request, then evicts
  double cache_entry = 0;        ///< bytes
  bool random_keys = false;      ///< its keys come at random from as many as it holds
  int clear_every = 0;           ///< cycles; what was kept since is given back (sawtooth)
  double kept_until_clear = 0;   ///< bytes a request
  double per_key = 0;            ///< bytes for every fresh request, for ever
  int keyed_entries = 0;         ///< of a cache of keys: fresh requests only; then it evicts
  double keyed_entry = 0;        ///< bytes
  double by_chance = 0;          ///< chance of a request to be kept,
  double chance_bytes = 0;       ///< with so many bytes
  double key_chance = 0;         ///< the same, of a fresh request
  double key_bytes = 0;
  double lives_ms = 0;  ///< a time to live: `ttl_bytes` a request until then
  double ttl_bytes = 0;
  double freed_once = 0;  ///< bytes that go when the clock moves, whatever the time
};

/// One service under load.
class SyntheticService {
 public:
  SyntheticService(const ServiceShape& shape, std::uint64_t seed) : shape_(shape), random_(seed) {}

  /// The next measured cycle. One cycle of warm-up went before the first.
  model::Cycle next(const verdict::Decision& wanted = {});

 private:
  double level_now();

  ServiceShape shape_;
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_{0, 1};
  int index_ = 0;
  double served_ = 0;
  double fresh_ = 0;
  double timed_ = 0;  // served, and not yet given back
  double ahead_ms_ = 0;
  double freed_ = 0;
  double jumps_ = 0;
};

struct Outcome {
  verdict::Decision decision;
  std::vector<model::Cycle> cycles;
};

/// Measures until the decision is done, asking only when the decision wants to be asked.
Outcome run_service(SyntheticService service, const verdict::Settings& settings = {});

}  // namespace leakcheck::tests
