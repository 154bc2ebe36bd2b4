#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "harness/verdict/judge.hpp"
#include "harness/verdict/track.hpp"

namespace leakcheck::verdict {

/// Every quantity's track, walked through the same looks.
class Walk {
 public:
  /// `cycles` from comparable_cycles. `replays`: requests vary and can be sent again.
  Walk(const Settings& settings, const std::vector<model::Cycle>& cycles, Schedule schedule,
       bool replays, bool no_more);

  const std::vector<Track>& tracks() const { return tracks_; }
  /// The first tracks are those of kJudged; the others only serve budgets and hold nothing up.
  std::span<const Track> judged() const { return std::span(tracks_).first(judged_); }

  /// Fills in what is to be done next, `cycles_wanted` apart.
  void plan(Decision& decision) const;
  /// Cycles of the main line until the next look.
  int until_next_look() const;

 private:
  void add(model::Quantity quantity);
  void follow_clock(const Level& level);
  bool plan_settling(Decision& decision) const;
  bool still_confirms(const Track& track) const;
  bool still_measures() const;
  /// Whether a look is due after so many cycles more of the main line.
  bool is_look(int ahead) const;
  std::optional<int> claim_cycles() const;
  int explored() const;

  template <typename Holds>
  bool any(Holds holds) const {
    return std::any_of(judged().begin(), judged().end(), holds);
  }
  bool any(Track::Standing standing) const;

  const Settings& settings_;
  double explores_;
  std::vector<Track> tracks_;
  std::size_t judged_ = 0;
  int main_cycles_ = 0;
  bool settled_ = false;
  double ahead_ms_ = 0;
  double checked_ms_ = 0;  ///< by moves that checked a claim
  int moves_ = 0;          ///< the others
  Schedule schedule_;
  bool replays_;
  bool no_more_;
};

}  // namespace leakcheck::verdict
