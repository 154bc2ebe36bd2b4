#include "harness/verdict/track.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace leakcheck::verdict {
namespace {

struct OrderedRule {
  bool (*holds)(const Evidence&);
  Track::Standing standing;
  model::Rule name;
};

/// The first that holds decides. While nothing is suspected:
constexpr std::array kMeasuring = {
    OrderedRule{is_clean, Track::Standing::clean, model::Rule::clean},
    OrderedRule{stays_in_envelope, Track::Standing::bounded, model::Rule::plateau},
    OrderedRule{is_linear, Track::Standing::confirming, model::Rule::linear},
};
/// Under suspicion:
constexpr std::array kConfirming = {
    OrderedRule{keeps_growing, Track::Standing::leak, model::Rule::linear},
    OrderedRule{has_stopped, Track::Standing::bounded, model::Rule::plateau},
    OrderedRule{stays_in_envelope, Track::Standing::bounded, model::Rule::plateau},
    OrderedRule{has_slowed, Track::Standing::confirming, model::Rule::linear},
};
/// After a growth that stopped, should other quantities keep the run going:
constexpr std::array kStopped = {
    OrderedRule{has_stopped, Track::Standing::bounded, model::Rule::plateau},
    OrderedRule{stays_in_envelope, Track::Standing::bounded, model::Rule::plateau},
    OrderedRule{is_linear, Track::Standing::confirming, model::Rule::linear},
};

std::span<const OrderedRule> rules_for(Track::Standing standing, bool suspected) {
  if (standing == Track::Standing::confirming) return kConfirming;
  if (suspected) return kStopped;
  return kMeasuring;
}

}  // namespace

Track::Track(model::Quantity quantity, double budget, const Series& series)
    : quantity_(quantity), budget_(budget), series_(series) {
  growth_ = stats::estimate_growth({});
}

double Track::requests_until(int cycles) const {
  // The first level has no step; its cycle sent as many requests as the others.
  double requests = 0;
  for (int step = 0; step + 1 < cycles; ++step)
    requests += series_.steps[static_cast<std::size_t>(step)].requests;
  return cycles > 1 ? requests * cycles / (cycles - 1) : 0;
}

Confirmation Track::confirmation() const {
  if (!suspicion_) return {};
  const double requests = suspicion_->requests;
  return suspicion_->anew ? Confirmation::of_anew(requests, requests / suspicion_->cycles)
                          : Confirmation::of_first(requests);
}

bool Track::wants_look(int cycles) const {
  if (standing_ != Standing::confirming) return false;
  if ((cycles - suspicion_->cycles) % Confirmation::kInterval == 0) return true;
  const double a_cycle = suspicion_->requests / suspicion_->cycles;
  const double left = confirmation().wanted_requests - cycles * a_cycle;
  return left <= 0 && left > -a_cycle;
}

Evidence Track::gather(int cycles, bool last) const {
  Evidence evidence;
  const auto count = static_cast<std::size_t>(cycles);
  evidence.levels = std::span(series_.levels).first(count);
  evidence.steps = std::span(series_.steps).first(count - 1);
  evidence.window = stats::estimate_growth(
      evidence.steps.last(static_cast<std::size_t>(std::min(window_steps(cycles), cycles - 1))));
  evidence.budget = budget_;
  evidence.suspicion = suspicion_;
  if (suspicion_) {
    // Half a request of slack: requests_until is a sum of fractions.
    evidence.followed_enough =
        requests_until(cycles) + 0.5 >=
        (last ? confirmation().enough_requests : confirmation().wanted_requests);
  }
  return evidence;
}

void Track::look(int cycles, bool last) {
  cycles_ = cycles;
  if (cycles < 2) return;
  const Evidence evidence = gather(cycles, last);
  // A leak that was sure stays one; the run only goes on for the sake of other quantities.
  if (cycles < kFirstCheckpoint || standing_ == Standing::leak) {
    growth_ = growth_that_decides(evidence);
    return;
  }

  const bool was_confirming = standing_ == Standing::confirming;
  const auto rules = rules_for(standing_, suspicion_.has_value());
  const auto rule = std::find_if(rules.begin(), rules.end(),
                                 [&](const OrderedRule& each) { return each.holds(evidence); });
  if (rule == rules.end()) {
    // A suspicion that is neither confirmed nor refuted stays.
    if (!was_confirming) standing_ = Standing::open;
    rule_ = was_confirming ? model::Rule::linear : model::Rule::none;
  } else {
    standing_ = rule->standing;
    rule_ = rule->name;
    if (standing_ == Standing::confirming)
      suspicion_ = Suspicion{cycles,
                             cycles - 1 - evidence.window.steps,
                             requests_until(cycles),
                             evidence.window,
                             was_confirming,
                             was_confirming ? suspicion_->first_cycles : cycles};
  }
  growth_ = growth_that_decides(evidence);
}

stats::Growth Track::growth_that_decides(const Evidence& evidence) const {
  const auto since = evidence.confirming_steps();
  if (standing_ == Standing::leak) return stats::estimate_growth(even_steps(since));
  if (standing_ == Standing::confirming &&
      since.size() >= static_cast<std::size_t>(evidence.window.steps))
    return stats::estimate_growth(since);
  if (standing_ == Standing::bounded && suspicion_ && has_stopped(evidence))
    return stats::estimate_growth(latest_steps(evidence.steps));
  return evidence.window;
}

double Track::smallest_leak() const {
  if (growth_.steps == 0) return 0;
  return std::max(growth_.mean, 0.0) + stats::kSigmas * growth_.mean_error;
}

int Track::first_level() const {
  if (suspicion_) return suspicion_->first_level;
  return std::max(cycles_ - 1 - window_steps(cycles_), 0);
}

}  // namespace leakcheck::verdict
