#include "tests/unit/verdict/synthetic_service.hpp"

#include <algorithm>
#include <cmath>

namespace leakcheck::tests {

double SyntheticService::level_now() {
  const double served = served_;
  double level = 5e6;
  level += shape_.warmup_bytes * (1 - std::pow(0.1, served / shape_.warmup_requests));
  level += (shape_.leak + shape_.drift) * served;
  if (shape_.doubling) level += 8 * std::exp2(std::ceil(std::log2(served)));
  if (shape_.cache_entries > 0) {
    const double entries = shape_.cache_entries;
    const double filled = shape_.random_keys ? entries * (1 - std::exp(-served / entries))
                                             : std::min(served, entries);
    level += shape_.cache_entry * filled;
  }
  level += shape_.per_key * fresh_ +
           shape_.keyed_entry * std::min(fresh_, static_cast<double>(shape_.keyed_entries)) +
           shape_.ttl_bytes * timed_ - freed_;
  if (shape_.clear_every > 0)
    level += shape_.kept_until_clear * shape_.requests * (index_ % shape_.clear_every);
  if (uniform_(random_) < shape_.jump_chance) jumps_ += 2048 + 6144 * uniform_(random_);
  if (uniform_(random_) < shape_.drop_chance) jumps_ -= 1024 + 3072 * uniform_(random_);
  if (shape_.big_jump_at > 0 && index_ == shape_.big_jump_at) jumps_ += 230 * 1024;
  return level + jumps_ + shape_.noise * normal_(random_);
}

model::Cycle SyntheticService::next(const verdict::Decision& wanted) {
  ++index_;
  const int requests = shape_.requests * wanted.times;
  const bool is_fresh = wanted.next != model::Phase::replay &&
                        !(wanted.next == model::Phase::settle && wanted.replays);
  if (index_ == 1) served_ = fresh_ = timed_ = shape_.requests;
  served_ += requests;
  if (is_fresh) fresh_ += requests;
  const double moved = wanted.ahead_ms - ahead_ms_;
  if (moved > 0 && moved >= shape_.lives_ms) timed_ = 0;
  ahead_ms_ = wanted.ahead_ms;
  timed_ += requests;
  if (wanted.ahead_ms > 0) freed_ = shape_.freed_once;
  if (shape_.by_chance > 0)
    jumps_ +=
        shape_.chance_bytes * std::poisson_distribution<int>(shape_.by_chance * requests)(random_);
  if (shape_.key_chance > 0 && is_fresh)
    jumps_ +=
        shape_.key_bytes * std::poisson_distribution<int>(shape_.key_chance * requests)(random_);
  model::Cycle cycle;
  cycle.index = index_;
  cycle.phase = wanted.next;
  cycle.times = wanted.times;
  cycle.ahead_ms = wanted.ahead_ms;
  cycle.requests = requests;
  cycle.requests_total = static_cast<std::int64_t>(served_);
  cycle.post_gc.heap_used = Bytes{std::llround(level_now())};
  cycle.post_gc.external = Bytes{2'000'000};
  cycle.post_gc.array_buffers = Bytes{10'500};
  cycle.post_gc.heap_total = cycle.post_gc.heap_used + Bytes{3'000'000};
  cycle.post_gc.rss = Bytes{60'000'000};
  return cycle;
}

Outcome run_service(SyntheticService service, const verdict::Settings& settings) {
  Outcome outcome;
  outcome.decision = verdict::decide(settings, {}, {}, false);
  while (!outcome.decision.done) {
    while (static_cast<int>(outcome.cycles.size()) < outcome.decision.cycles_wanted)
      outcome.cycles.push_back(service.next(outcome.decision));
    outcome.decision = verdict::decide(settings, outcome.cycles, {}, false);
  }
  return outcome;
}

}  // namespace leakcheck::tests
