#pragma once

#include <optional>
#include <vector>

#include "harness/model/verdict.hpp"
#include "harness/verdict/rules.hpp"
#include "harness/verdict/schedule.hpp"
#include "harness/verdict/series.hpp"

namespace leakcheck::verdict {

/// One quantity on its way through the procedure.
class Track {
 public:
  enum class Standing {
    open,
    clean,
    confirming,  ///< it grows, and is followed: under a replay where requests vary
    exploring,   ///< it stopped under a replay: fresh keys tell a cache from growth for ever
    leak,
    keyed,
    bounded,
    time_bounded,
  };

  /// `replays`: the procedure replays requests to tell growth per key from growth per request.
  /// `explores`: so many requests with fresh keys, at most. `coarsest`: bytes per request that may
  /// go unseen where the noise does not let the budget be judged; 0: none.
  Track(model::Quantity quantity, double budget, bool replays, double explores, double coarsest);

  /// The next cycle's level. `is_look`: a look at the main line is due; `last`: the last one.
  void take(const Level& level, bool is_look, bool last);

  /// Whether a suspicion is due to be looked at after so many cycles of the main line.
  bool wants_look(int cycles) const;

  model::Quantity quantity() const { return quantity_; }
  double budget() const { return budget_; }
  Standing standing() const { return standing_; }
  bool is_suspected(model::Rule rule) const { return suspicion_ && suspicion_->rule == rule; }
  model::Rule rule() const { return rule_; }
  const std::optional<Suspicion>& suspicion() const { return suspicion_; }

  /// Of the suspicion; zeros without one.
  Confirmation confirmation() const;

  int cycles() const { return main_cycles_; }  ///< of the main line
  int large_steps() const { return static_cast<int>(large_.size()); }
  int large_replay_steps() const { return static_cast<int>(large_replay_.size()); }
  int explored_cycles() const { return explored_cycles_; }
  double explored_requests() const { return explored_requests_; }
  double requests_to_explore() const { return explores_; }

  /// Every level of the run but those of settling, without the changes that say nothing.
  const std::vector<double>& levels() const { return levels_; }
  const std::vector<double>& requests_total() const { return requests_total_; }
  const std::vector<stats::Step>& steps() const { return steps_; }  ///< of the main line
  const std::vector<stats::Step>& explored() const { return explored_; }

  /// What the standing rests on: the decision window; since the suspicion when it is confirmed or
  /// being confirmed; the latest steps when the growth has stopped.
  const stats::Growth& growth() const { return growth_; }
  /// Whether growth() is best told by its trimmed estimate; else by its mean.
  bool is_even() const { return is_even_; }
  /// Bytes per request, and the ends of its interval.
  double pace() const { return is_even_ ? growth_.trimmed : growth_.mean; }
  double low() const { return is_even_ ? growth_.trimmed_low() : growth_.mean_low(); }
  double high() const { return is_even_ ? growth_.trimmed_high() : growth_.mean_high(); }
  /// Bytes per request; a leak above it would have been seen: max(g, 0) + 3.3 se_g, 0 without
  /// steps.
  double smallest_leak() const;
  /// Nothing is seen to grow, though the budget cannot be judged: after so many cycles without a
  /// suspicion g is below b or two standard errors of single steps, and coarse_leak() is allowed.
  bool shows_nothing(int after_cycles = kFirstCheckpoint) const;
  /// Bytes per request that would have moved it further, over the decision window, than it moved.
  double coarse_leak() const;
  bool may_be_coarse() const { return coarsest_ > 0; }
  /// Index of the level from which the standing sees growth or its absence.
  int first_level() const;
  /// Bytes gained from there to the end.
  double grown() const {
    return levels_.empty() ? 0 : levels_.back() - levels_[first()] + grown_since_;
  }

  const std::optional<model::TimeBound>& time_bound() const { return time_bound_; }
  /// Cycles since time seemed to give something back, which is to be seen a second time; none
  /// when nothing is to be seen.
  std::optional<int> claim_cycles() const {
    return claim_ ? std::optional(claim_->cycles) : std::nullopt;
  }

 private:
  /// Something came back when the clock moved.
  struct Claim {
    double share = 0;
    double moved_ms = 0;
    double fell_to = 0;
    double grown_to = 0;
    int cycles = 0;
    double requests = 0;
  };

  std::size_t first() const { return static_cast<std::size_t>(first_level()); }
  void append(const Level& level, std::vector<stats::Step>& steps);
  void look(bool last);
  void look_at_large();
  void look_at_large_replay();
  void look_at_explored();
  void look_at_settled(const Level& level);
  void check_claim(const Level& level, double moved);
  void suspect(model::Rule rule, const stats::Growth& growth, int first_level, bool anew);
  void stand(Standing standing, model::Rule rule, const stats::Growth& growth, bool is_even);
  std::span<const stats::Step> main_window() const;  ///< the decision window
  Evidence gather(bool last) const;
  stats::Growth growth_that_decides(const Evidence& evidence) const;
  double requests_until(int cycles) const;

  model::Quantity quantity_;
  double budget_;
  bool replays_;
  double explores_;
  double coarsest_;
  Standing standing_ = Standing::open;
  model::Rule rule_ = model::Rule::none;
  std::optional<Suspicion> suspicion_;  ///< kept when the growth has stopped: what it was
  stats::Growth growth_;
  bool is_even_ = false;
  std::optional<model::TimeBound> time_bound_;

  std::vector<double> levels_;
  std::vector<double> requests_total_;
  int main_cycles_ = 0;
  std::vector<stats::Step> steps_;
  std::vector<stats::Step> large_;
  std::vector<stats::Step> large_replay_;
  std::vector<stats::Step> explored_;
  int explored_cycles_ = 0;
  double explored_requests_ = 0;
  int replayed_since_ = 0;  ///< of the steps since the suspicion
  double raw_ = 0;          ///< the last level as it was read
  double grown_since_ = 0;  ///< before the clock was moved on
  double settled_requests_ = 0;
  double ahead_ms_ = 0;    ///< the service's clock
  double checked_ms_ = 0;  ///< of it, by moves that checked a claim
  std::optional<Claim> claim_;
};

}  // namespace leakcheck::verdict
