#include "harness/verdict/walk.hpp"

#include <cstddef>

#include "harness/verdict/situation.hpp"

namespace leakcheck::verdict {
namespace {

using Standing = Track::Standing;

/// Before native memory is taken as it is, it gets so many to calm down.
constexpr int kCoarseCycles = 24;

bool still_explores(const Track& track) {
  return track.standing() == Standing::exploring &&
         track.explored_requests() < track.requests_to_explore() + Exploration::kMoreRequests;
}

/// Growth that was confirmed, or could not be, or that was never even: time may give it back.
bool is_to_settle(const Track& track) {
  return track.standing() == Standing::leak || track.standing() == Standing::keyed ||
         track.standing() == Standing::confirming || track.standing() == Standing::exploring ||
         (track.standing() == Standing::open && track.growth().mean > track.budget() &&
          !track.shows_nothing());
}

/// Requests that hold as many keys as tell a cache from growth for ever: more where only some of
/// them have a key. At the end a little less will do, since the share has moved by then.
double requests_to_explore(const Settings& settings, const std::vector<model::Cycle>& cycles,
                           bool no_more) {
  double fresh = 0, keys = 0;
  for (const model::Cycle& cycle : cycles)
    if (cycle.phase != model::Phase::replay) fresh += static_cast<double>(cycle.requests);
  for (const model::VariableUse& variable : settings.variables)
    keys = std::max(keys, static_cast<double>(variable.distinct));
  double more = 1;
  if (keys >= Exploration::kFewKeys) more = std::clamp(fresh / keys, 1.0, Exploration::kMostTimes);
  return Exploration::kMostRequests * more * (no_more ? Exploration::kSlack : 1);
}

}  // namespace

Walk::Walk(const Settings& settings, const std::vector<model::Cycle>& cycles, Schedule schedule,
           bool replays, bool no_more)
    : settings_(settings),
      explores_(requests_to_explore(settings, cycles, no_more)),
      schedule_(schedule),
      replays_(replays),
      no_more_(no_more) {
  for (const auto quantity : model::kJudged)
    if (is_counted(cycles, quantity)) add(quantity);
  judged_ = tracks_.size();
  for (const model::Budget& budget : settings.budgets)
    if (is_counted(cycles, budget.quantity) &&
        std::none_of(tracks_.begin(), tracks_.end(),
                     [&](const Track& track) { return track.quantity() == budget.quantity; }))
      add(budget.quantity);

  std::vector<std::vector<Level>> levels;
  for (const Track& track : tracks_) levels.push_back(list_levels(cycles, track.quantity()));
  for (std::size_t cycle = 0; cycle < cycles.size(); ++cycle) {
    const Level& level = levels.front()[cycle];
    const bool counts = level.part == Part::main && (level.joined || main_cycles_ == 0);
    const bool look = counts && is_look(1);
    main_cycles_ += counts;
    follow_clock(level);
    const bool last =
        (no_more_ && cycle + 1 == cycles.size()) || main_cycles_ >= schedule_.confirm_limit();
    for (std::size_t track = 0; track < tracks_.size(); ++track)
      tracks_[track].take(levels[track][cycle], look, last);
  }
}

void Walk::add(model::Quantity quantity) {
  tracks_.emplace_back(quantity, budget_per_request(settings_, quantity), replays_, explores_,
                       coarsest_allowed(settings_, quantity));
}

bool Walk::any(Standing standing) const {
  return any([&](const Track& track) { return track.standing() == standing; });
}

bool Walk::still_confirms(const Track& track) const {
  if (track.standing() != Standing::confirming) return false;
  if (track.is_suspected(model::Rule::sporadic))
    return track.large_replay_steps() < Sporadic::kMostReplaySteps;
  return main_cycles_ < schedule_.confirm_limit();
}

bool Walk::still_measures() const {
  // Of growth that is sure, or could not be made sure, no other quantity makes more of a run.
  const bool all_seen = !any([](const Track& track) {
    return track.standing() == Standing::open && !track.shows_nothing(kCoarseCycles);
  });
  if (settled_ || all_seen || any([](const Track& track) {
        return track.standing() != Standing::open && is_to_settle(track);
      }))
    return false;
  return main_cycles_ < schedule_.max_cycles() ||
         (schedule_.max_cycles() >= Sporadic::kFewestCyclesAllowed &&
          tracks_.front().large_steps() < Sporadic::kMostSteps);
}

int Walk::explored() const {
  int most = 0;
  for (const Track& track : judged()) most = std::max(most, track.explored_cycles());
  return most;
}

bool Walk::is_look(int ahead) const {
  return schedule_.is_checkpoint(main_cycles_ + ahead) ||
         any([&](const Track& track) { return track.wants_look(track.cycles() + ahead); });
}

void Walk::plan(Decision& decision) const {
  decision.done = no_more_;
  if (no_more_) return;
  if (any(still_explores)) {
    decision.next = model::Phase::explore;
    decision.times = explored() < Exploration::kFewCycles ? 1 : Exploration::kTimes;
  } else if (any([&](const Track& track) { return still_confirms(track); })) {
    decision.next = replays_ ? model::Phase::replay : model::Phase::confirm;
    const bool even = any([&](const Track& track) {
      return still_confirms(track) && !track.is_suspected(model::Rule::sporadic);
    });
    decision.times = even ? 1 : Sporadic::kTimes;
  } else if (still_measures()) {
    decision.next = model::Phase::measure;
    decision.times = main_cycles_ < schedule_.max_cycles() ? 1 : Sporadic::kTimes;
  } else {
    decision.next = model::Phase::settle;
    decision.replays = replays_ && (any(Standing::leak) || any(Standing::confirming));
    decision.done = !settings_.settles || !any(is_to_settle) || !plan_settling(decision);
  }
}

std::optional<int> Walk::claim_cycles() const {
  for (const Track& track : judged())
    if (track.claim_cycles()) return track.claim_cycles();
  return std::nullopt;
}

void Walk::follow_clock(const Level& level) {
  if (level.part != Part::settle) return;
  settled_ = true;
  const double moved = level.ahead_ms - ahead_ms_;
  ahead_ms_ = level.ahead_ms;
  if (moved <= 0) return;
  if (claim_cycles())
    checked_ms_ += moved;
  else
    ++moves_;
}

bool Walk::plan_settling(Decision& decision) const {
  // A step on which the clock stays comes first: what single routes kept is in its level.
  decision.ahead_ms = ahead_ms_;
  if (!settled_) return true;
  const auto checked = claim_cycles();
  if (checked && *checked < Settling::kCheckCycles) return true;
  if (checked) {
    decision.ahead_ms += ahead_ms_ - checked_ms_;
    return true;
  }
  if (moves_ >= (settings_.idles ? 1 : Settling::kMoves)) return false;
  decision.ahead_ms =
      checked_ms_ + (settings_.idles ? Settling::kIdleMs : Settling::kAheadMs[moves_]);
  return true;
}

int Walk::until_next_look() const {
  int ahead = 1;
  while (!is_look(ahead) && main_cycles_ + ahead < schedule_.confirm_limit()) ++ahead;
  return ahead;
}

}  // namespace leakcheck::verdict
