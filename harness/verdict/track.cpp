#include "harness/verdict/track.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace leakcheck::verdict {
namespace {

using Standing = Track::Standing;

struct OrderedRule {
  bool (*holds)(const Evidence&);
  Standing standing;
  model::Rule name;
};

/// The first that holds decides. While nothing is suspected:
constexpr std::array kMeasuring = {
    OrderedRule{is_clean, Standing::clean, model::Rule::clean},
    OrderedRule{stays_in_envelope, Standing::bounded, model::Rule::plateau},
    OrderedRule{is_linear, Standing::confirming, model::Rule::linear},
    OrderedRule{grows_in_steps, Standing::confirming, model::Rule::step},
};
/// Under suspicion of even growth:
constexpr std::array kConfirming = {
    OrderedRule{stops_on_replay, Standing::exploring, model::Rule::replay},
    OrderedRule{keeps_growing, Standing::leak, model::Rule::linear},
    OrderedRule{keeps_coming, Standing::leak, model::Rule::sporadic},
    OrderedRule{has_stopped, Standing::bounded, model::Rule::plateau},
    OrderedRule{stays_in_envelope, Standing::bounded, model::Rule::plateau},
    OrderedRule{keeps_climbing, Standing::leak, model::Rule::sporadic},
    OrderedRule{has_slowed, Standing::confirming, model::Rule::linear},
};
/// Under suspicion of growth in steps:
constexpr std::array kStepping = {
    OrderedRule{keeps_stepping, Standing::leak, model::Rule::step},
    OrderedRule{keeps_coming, Standing::leak, model::Rule::sporadic},
    OrderedRule{keeps_climbing, Standing::leak, model::Rule::sporadic},
    OrderedRule{stops_stepping, Standing::bounded, model::Rule::plateau},
};
/// After a growth that stopped, should other quantities keep the run going:
constexpr std::array kStopped = {
    OrderedRule{has_stopped, Standing::bounded, model::Rule::plateau},
    OrderedRule{stays_in_envelope, Standing::bounded, model::Rule::plateau},
    OrderedRule{is_linear, Standing::confirming, model::Rule::linear},
};

std::span<const OrderedRule> rules_for(Standing standing, const std::optional<Suspicion>& suspect) {
  if (standing == Standing::confirming) {
    if (suspect->rule == model::Rule::step) return kStepping;
    return kConfirming;
  }
  if (suspect) return kStopped;
  return kMeasuring;
}

bool is_measured_further(Standing standing) {
  return standing == Standing::open || standing == Standing::clean ||
         standing == Standing::confirming || standing == Standing::bounded;
}

constexpr int kLargeLooks[] = {16, 32, 48};
constexpr int kLargeReplayLooks[] = {12, 24};
constexpr std::size_t kExploredLook = 12;
constexpr int kExploredInterval = 4;
constexpr double kPaceKept = 0.5;
constexpr double kShareUp = 0.8;
constexpr double kGivenBack = 0.3;
constexpr double kClearOfNoise = 6;
constexpr double kCoarseSigmas = 2;

}  // namespace

Track::Track(model::Quantity quantity, double budget, bool replays, double explores,
             double coarsest)
    : quantity_(quantity),
      budget_(budget),
      replays_(replays),
      explores_(explores),
      coarsest_(coarsest) {
  growth_ = stats::estimate_growth({});
}

// ---- levels -------------------------------------------------------------------------------------

void Track::append(const Level& level, std::vector<stats::Step>& steps) {
  const double step = level.joined ? level.bytes - raw_ : 0;
  if (level.joined) steps.push_back({step, level.requests});
  levels_.push_back(levels_.empty() ? level.bytes : levels_.back() + step);
  requests_total_.push_back(level.requests_total);
}

void Track::take(const Level& level, bool is_look, bool last) {
  switch (level.part) {
    case Part::main:
      // Growth per key does not show in a replay: it is evidence for what is suspected only.
      if (level.replayed && standing_ != Standing::confirming && standing_ != Standing::leak) {
        raw_ = level.bytes;
        return;
      }
      if (levels_.empty() || level.joined) {
        append(level, steps_);
        ++main_cycles_;
        if (suspicion_) replayed_since_ += level.replayed;
      }
      raw_ = level.bytes;
      if (is_look || last) look(last);
      return;
    case Part::large:
      append(level, large_);
      raw_ = level.bytes;
      return look_at_large();
    case Part::large_replay:
      append(level, large_replay_);
      raw_ = level.bytes;
      return look_at_large_replay();
    case Part::explore:
      append(level, explored_);
      raw_ = level.bytes;
      ++explored_cycles_;
      explored_requests_ += level.requests;
      return look_at_explored();
    case Part::settle:
      return look_at_settled(level);
  }
}

double Track::requests_until(int cycles) const {
  // The first level has no step; its cycle sent as many requests as the others.
  double requests = 0;
  for (int step = 0; step + 1 < cycles; ++step)
    requests += steps_[static_cast<std::size_t>(step)].requests;
  return cycles > 1 ? requests * cycles / (cycles - 1) : 0;
}

// ---- the main line ------------------------------------------------------------------------------

Confirmation Track::confirmation() const {
  if (!suspicion_) return {};
  const double requests = suspicion_->requests;
  if (suspicion_->rule == model::Rule::step) return {2 * requests, 2 * requests};
  return suspicion_->anew ? Confirmation::of_anew(requests, requests / suspicion_->cycles)
                          : Confirmation::of_first(requests);
}

bool Track::wants_look(int cycles) const {
  if (standing_ != Standing::confirming) return false;
  const int since = cycles - suspicion_->cycles;
  if (since % Confirmation::kInterval == 0 || (replays_ && since == Confirmation::kReplayLook))
    return true;
  const double a_cycle = suspicion_->requests / suspicion_->cycles;
  const double left = confirmation().wanted_requests - cycles * a_cycle;
  return left <= 0 && left > -a_cycle;
}

std::span<const stats::Step> Track::main_window() const {
  const int size = std::min(window_steps(main_cycles_), main_cycles_ - 1);
  return std::span(steps_).last(static_cast<std::size_t>(std::max(size, 0)));
}

Evidence Track::gather(bool last) const {
  Evidence evidence;
  evidence.steps = steps_;
  evidence.levels = std::span(levels_).first(steps_.size() + 1);
  evidence.window = stats::estimate_growth(main_window());
  evidence.budget = budget_;
  evidence.suspicion = suspicion_;
  if (suspicion_) {
    // Half a request of slack: requests_until is a sum of fractions.
    evidence.followed_enough =
        requests_until(main_cycles_) + 0.5 >=
        (last ? confirmation().enough_requests : confirmation().wanted_requests);
    evidence.replayed = replayed_since_ > 0 && static_cast<std::size_t>(replayed_since_) ==
                                                   evidence.confirming_steps().size();
  }
  return evidence;
}

void Track::look(bool last) {
  // What is sure stays; the run only goes on for the sake of other quantities.
  if (main_cycles_ < 2 || !is_measured_further(standing_)) return;
  const Evidence evidence = gather(last);
  if (main_cycles_ < kFirstCheckpoint) {
    growth_ = growth_that_decides(evidence);
    return;
  }

  const bool was_confirming = standing_ == Standing::confirming;
  const auto rules = rules_for(standing_, suspicion_);
  const auto rule = std::find_if(rules.begin(), rules.end(),
                                 [&](const OrderedRule& each) { return each.holds(evidence); });
  if (rule == rules.end()) {
    // A suspicion that is neither confirmed nor refuted stays.
    if (!was_confirming) standing_ = Standing::open;
    rule_ = was_confirming ? suspicion_->rule : model::Rule::none;
  } else {
    standing_ = rule->standing;
    rule_ = rule->name;
    if (standing_ == Standing::confirming)
      suspect(rule->name, evidence.window, main_cycles_ - 1 - evidence.window.steps,
              was_confirming);
    // What stops under a replay may have been kept per key: only fresh keys tell.
    if (standing_ == Standing::bounded && was_confirming &&
        (evidence.replayed || (replays_ && suspicion_->rule == model::Rule::step))) {
      standing_ = Standing::exploring;
      rule_ = model::Rule::replay;
    }
  }
  growth_ = growth_that_decides(evidence);
  is_even_ = suspicion_ && rule_ == model::Rule::linear &&
             (standing_ == Standing::leak || standing_ == Standing::confirming);
}

void Track::suspect(model::Rule rule, const stats::Growth& growth, int first_level, bool anew) {
  const int first_cycles = anew && suspicion_ ? suspicion_->first_cycles : main_cycles_;
  suspicion_ = Suspicion{rule,   main_cycles_, first_level, requests_until(main_cycles_),
                         growth, anew,         first_cycles};
  replayed_since_ = 0;
}

stats::Growth Track::growth_that_decides(const Evidence& evidence) const {
  const auto since = evidence.confirming_steps();
  if (standing_ == Standing::leak && rule_ == model::Rule::step)
    return stats::estimate_growth(
        evidence.steps.last(std::min(2 * since.size(), evidence.steps.size())));
  if (standing_ == Standing::leak && rule_ == model::Rule::sporadic && !keeps_coming(evidence))
    return estimate_climb(evidence);
  if (standing_ == Standing::leak)
    return stats::estimate_growth(rule_ == model::Rule::sporadic ? since : even_steps(since));
  if (standing_ == Standing::confirming &&
      since.size() >= static_cast<std::size_t>(evidence.window.steps))
    return stats::estimate_growth(since);
  if (standing_ == Standing::bounded && suspicion_ && has_stopped(evidence))
    return stats::estimate_growth(latest_steps(evidence.steps));
  return evidence.window;
}

// ---- the other parts ----------------------------------------------------------------------------

void Track::stand(Standing standing, model::Rule rule, const stats::Growth& growth, bool is_even) {
  standing_ = standing;
  rule_ = rule;
  growth_ = growth;
  is_even_ = is_even;
}

void Track::look_at_large() {
  if (standing_ != Standing::open ||
      std::count(std::begin(kLargeLooks), std::end(kLargeLooks), large_steps()) == 0)
    return;
  const bool may_suspect = replays_ || large_steps() > kLargeLooks[0];
  const std::span<const stats::Step> all(large_);
  const auto latest = all.last((all.size() + 1) / 2);
  stats::Growth growth = stats::estimate_growth(latest);
  bool even = is_linear(growth, budget_);
  if (!even && is_linear(stats::estimate_growth(all), budget_)) {
    even = true;
    growth = stats::estimate_growth(all);
  }
  if (is_clean(latest, budget_)) return stand(Standing::clean, model::Rule::clean, growth, false);
  growth_ = growth;
  // Where no replay follows, more of them have to say so.
  if (!may_suspect || (!even && !is_sporadic(all, budget_))) return;
  const int first = static_cast<int>(levels_.size()) - 1 - (even ? growth.steps : large_steps());
  suspect(model::Rule::sporadic, even ? growth : stats::estimate_growth(all), first, false);
  stand(replays_ ? Standing::confirming : Standing::leak, model::Rule::sporadic, suspicion_->growth,
        even);
}

void Track::look_at_large_replay() {
  if (standing_ != Standing::confirming || !is_suspected(model::Rule::sporadic) ||
      std::count(std::begin(kLargeReplayLooks), std::end(kLargeReplayLooks),
                 large_replay_steps()) == 0)
    return;
  const stats::Growth growth = stats::estimate_growth(large_replay_);
  const bool even = is_linear(growth, budget_);
  if (is_clean(large_replay_, budget_))
    return stand(Standing::exploring, model::Rule::replay, growth, false);
  if (even || is_sporadic(large_replay_, budget_) ||
      (large_replay_steps() == kLargeReplayLooks[1] && growth.mean > budget_ &&
       growth.mean >= kPaceKept * suspicion_->growth.mean))
    stand(Standing::leak, model::Rule::sporadic, growth, even);
}

void Track::look_at_explored() {
  if (standing_ != Standing::exploring || explored_.size() < kExploredLook) return;
  const std::span<const stats::Step> all(explored_);
  const auto latest_steps = all.last(kExploredLook);
  const stats::Growth latest = stats::estimate_growth(latest_steps);
  if (all.size() % kExploredInterval == 0 && is_clean(latest_steps, budget_))
    return stand(Standing::bounded, model::Rule::plateau, latest, false);
  growth_ = stats::estimate_growth(all.last((all.size() + 1) / 2));
  if (explored_requests_ < explores_) return;

  Evidence evidence;
  evidence.levels = std::span(std::as_const(levels_)).last(all.size() + 1);
  evidence.steps = all;
  evidence.window = stats::estimate_growth(all);
  evidence.budget = budget_;
  if (stays_in_envelope(evidence))
    return stand(Standing::bounded, model::Rule::plateau, growth_, false);
  // A cache that filled up shortly before has grown over the half, but not at its end.
  if (growth_.mean_low() > budget_ && latest.mean_low() > budget_ &&
      latest.mean >= kPaceKept * growth_.mean && climbs_evenly(evidence.levels))
    stand(Standing::keyed, model::Rule::replay, growth_, growth_.share_positive >= kShareUp);
}

void Track::look_at_settled(const Level& level) {
  const double moved = level.ahead_ms - ahead_ms_;
  ahead_ms_ = level.ahead_ms;
  if (moved <= 0 && !claim_) {  // before the clock moves: what the routes alone kept is in it
    grown_since_ += level.bytes - raw_;
    raw_ = level.bytes;
    return;
  }
  if (moved <= 0) {
    ++claim_->cycles;
    claim_->requests += level.requests;
    claim_->grown_to = level.bytes;
    return;
  }
  if (claim_) return check_claim(level, moved);
  if (standing_ == Standing::clean || standing_ == Standing::bounded ||
      standing_ == Standing::time_bounded)
    return;
  // The requests of settling keep what all others did.
  settled_requests_ += level.requests;
  const double back = raw_ + pace() * settled_requests_ - level.bytes;
  // Something may have run out while the routes were alone, or time passed: nothing is left of it.
  const bool is_gone = grown() <= 0;
  if (back < kClearOfNoise * growth_.spread || (!is_gone && back < kGivenBack * grown())) return;
  claim_ = Claim{is_gone ? 1 : std::min(back / grown(), 1.0), ahead_ms_ - checked_ms_, level.bytes,
                 level.bytes};
}

/// What only the first move of the clock frees was no matter of time: a copy that V8 still held, a
/// connection that closed. What had a time to live goes the second time as well, and leaves no more
/// than the budget; where more stays, that is a leak beside it.
void Track::check_claim(const Level& level, double moved) {
  checked_ms_ += moved;
  const double regrown = claim_->grown_to - claim_->fell_to;
  const double expected = pace() * level.requests;
  const double back = claim_->grown_to + expected - level.bytes;
  const double noise = stats::kSigmas * growth_.spread;
  const double kept = level.bytes - claim_->fell_to - noise;
  if (regrown > kGivenBack * pace() * claim_->requests && back >= kGivenBack * regrown &&
      back > kClearOfNoise * growth_.spread &&
      kept < budget_ * (claim_->requests + level.requests)) {
    standing_ = Standing::time_bounded;
    rule_ = model::Rule::settle;
    time_bound_ = model::TimeBound{claim_->share, claim_->moved_ms};
  }
  grown_since_ += level.bytes - raw_;  // what is gone is gone, also for the next claim
  claim_.reset();
  raw_ = level.bytes;
  settled_requests_ = 0;
}

double Track::smallest_leak() const {
  if (growth_.steps == 0) return 0;
  return std::max(growth_.mean, 0.0) + stats::kSigmas * growth_.mean_error;
}

bool Track::shows_nothing(int after_cycles) const {
  if (coarsest_ <= 0 || standing_ != Standing::open || suspicion_ || main_cycles_ < after_cycles)
    return false;
  const auto window = main_window();
  double squares = 0;
  for (const stats::Step& step : window) {
    const double off = step.bytes / step.requests - growth_.mean;
    squares += off * off;
  }
  // By the mean square: the median deviation of steps that are all alike but for some is nothing.
  const double error = std::sqrt(squares) / static_cast<double>(window.size());
  return growth_.mean < std::max(budget_, kCoarseSigmas * error) && coarse_leak() < coarsest_;
}

double Track::coarse_leak() const {
  const auto window = main_window();
  double level = 0, lowest = 0, highest = 0, requests = 0;
  for (const stats::Step& step : window) {
    level += step.bytes;
    lowest = std::min(lowest, level);
    highest = std::max(highest, level);
    requests += step.requests;
  }
  return requests > 0 ? std::max((highest - lowest) / requests, smallest_leak()) : 0;
}

int Track::first_level() const {
  if (suspicion_) return std::max(suspicion_->first_level, 0);
  return std::max(main_cycles_ - 1 - window_steps(main_cycles_), 0);
}

}  // namespace leakcheck::verdict
