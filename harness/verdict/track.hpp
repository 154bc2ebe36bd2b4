#pragma once

#include <optional>

#include "harness/model/verdict.hpp"
#include "harness/verdict/rules.hpp"
#include "harness/verdict/schedule.hpp"
#include "harness/verdict/series.hpp"

namespace leakcheck::verdict {

/// One quantity on its way through the checkpoints.
class Track {
 public:
  enum class Standing { open, clean, confirming, leak, bounded };

  /// `series` outlives the track.
  Track(model::Quantity quantity, double budget, const Series& series);

  /// Applies the rules to the first `cycles` cycles. `last` says that no more will follow.
  void look(int cycles, bool last);

  /// Whether a suspicion is due to be looked at after so many cycles.
  bool wants_look(int cycles) const;

  model::Quantity quantity() const { return quantity_; }
  double budget() const { return budget_; }
  Standing standing() const { return standing_; }
  bool settled() const { return standing_ != Standing::open && standing_ != Standing::confirming; }
  model::Rule rule() const { return rule_; }
  const std::optional<Suspicion>& suspicion() const { return suspicion_; }
  const Series& series() const { return series_; }

  /// Of the suspicion; zeros without one.
  Confirmation confirmation() const;

  int cycles() const { return cycles_; }  ///< looked at so far
  /// What the standing rests on: the decision window; since the suspicion when it is confirmed or
  /// being confirmed; the latest steps when the growth has stopped.
  const stats::Growth& growth() const { return growth_; }
  /// Bytes per request; a leak above it would have been seen: max(g, 0) + 3.3 se_g, 0 without
  /// steps.
  double smallest_leak() const;
  /// Index of the level from which the standing sees growth or its absence.
  int first_level() const;

 private:
  Evidence gather(int cycles, bool last) const;
  stats::Growth growth_that_decides(const Evidence& evidence) const;
  double requests_until(int cycles) const;

  model::Quantity quantity_;
  double budget_;
  const Series& series_;
  Standing standing_ = Standing::open;
  model::Rule rule_ = model::Rule::none;
  std::optional<Suspicion> suspicion_;  ///< kept when the growth has stopped: what it was
  stats::Growth growth_;
  int cycles_ = 0;
};

}  // namespace leakcheck::verdict
