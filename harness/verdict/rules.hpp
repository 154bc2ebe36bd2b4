#pragma once

#include <optional>
#include <span>

#include "harness/model/verdict.hpp"
#include "harness/stats/growth.hpp"

/// The rules of the decision procedure, one a file (rule_<name>.cpp). Each looks at the evidence
/// and says whether it holds; track.cpp has them in order. README.md tells the same in prose.
namespace leakcheck::verdict {

/// A growth that looks like a leak and has to be followed.
struct Suspicion {
  model::Rule rule = model::Rule::linear;  ///< that raised it: linear, step or sporadic
  int cycles = 0;                          ///< when it came up
  int first_level = 0;                     ///< index of the level from which it was seen to grow
  double requests = 0;                     ///< measured by then
  stats::Growth growth;                    ///< of the window that raised it
  bool anew = false;                       ///< took the place of one that slowed down
  int first_cycles = 0;                    ///< when the first of them came up
};

/// All that is known of one quantity at one checkpoint.
struct Evidence {
  std::span<const double> levels;
  std::span<const stats::Step> steps;  ///< one fewer than levels
  stats::Growth window;                ///< of the decision window, the last steps
  double budget = 0;                   ///< bytes per request
  std::optional<Suspicion> suspicion;
  bool followed_enough = false;  ///< the suspicion was followed over the requests it takes
  bool replayed = false;         ///< the steps since the suspicion are of the same requests again

  /// The steps since the suspicion came up; none without one.
  std::span<const stats::Step> confirming_steps() const;
  /// The same since the first suspicion, when this one started anew.
  std::span<const stats::Step> suspected_steps() const;
};

/// Nothing above the budget: g + 3.3 se_g < b, t < b, t_B < b, no more than half of the steps
/// above b, and nothing that may come seldom: c steps up that no step down answers, of which a
/// bytes each are not given back bit by bit, are a rate of less than b even if as many had to be
/// expected as 95 % of chance allow.
bool is_clean(const Evidence& evidence);
/// The same for any steps.
bool is_clean(std::span<const stats::Step> steps, double budget);

/// Up and down, but neither the lows nor the highs climb: garbage, refreshed tables, caches that
/// are cleared. Over the window, or all steps since the suspicion; at least 24 of them; at least
/// two drops of 0.7 of its range or more; from the first third to the last the lows rise by less
/// than b, and the highs do not rise.
bool stays_in_envelope(const Evidence& evidence);

/// Even growth above the budget: t - 3.3 se_t > b, four of five steps up, t_B >= 0.6 t_A.
bool is_linear(const Evidence& evidence);
bool is_linear(const stats::Growth& growth, double budget);

/// A store that grows by doubling: after 48 cycles or more, g > b from a quarter of them to the
/// half and from the half to the end, there at least half as fast, and the largest step at least
/// 1.3 times the one before.
bool grows_in_steps(const Evidence& evidence);
/// The same again after as many requests: g > b since the suspicion, and at least half as fast.
bool keeps_stepping(const Evidence& evidence);
/// After as many requests there was no such step any more.
bool stops_stepping(const Evidence& evidence);

/// Growth in some cycles only: of the steps beyond a threshold of max(1 KB, 6 lower quartiles of
/// their size) far more are up than down (sign test, p < 0.001), and g > b, in both halves > b/2.
bool is_sporadic(std::span<const stats::Step> steps, double budget);

/// Growth that raised a suspicion as if it were even, and comes by chance: sporadic since then,
/// over 24 steps or more, and the second half and the last quarter keep 0.6 of the pace.
bool keeps_coming(const Evidence& evidence);

/// The suspicion holds: over the steps since, t - 3.3 se_t > b, four of five steps are up, and g,
/// without jumps up and counted from the first suspicion, is above b and 0.6 t; and the last half,
/// quarter and eighth each keep at least 0.6 of the pace (0.8 for the half of one that started
/// anew) and more than b.
bool keeps_growing(const Evidence& evidence);

/// Growth under a sawtooth, or beneath noise, that no rule of single steps can see: of the levels
/// since the first suspicion, over 96 steps or more, the medians of eight equal parts climb each
/// time, on average by more than b and two standard errors, and the later ones keep 0.8 of the
/// earlier ones' pace.
bool keeps_climbing(const Evidence& evidence);
/// Whether the medians of the last four eighths of the levels climb each time, none at less than a
/// quarter of the mean pace: what fills up and runs out as fast does not.
bool climbs_evenly(std::span<const double> levels);
/// Its pace from part to part, as the mean, with the standard error of the seven.
stats::Growth estimate_climb(const Evidence& evidence);

/// Clean since the same requests come again, over six steps or more (sixteen where the growth was
/// uneven): what grew was kept per key.
bool stops_on_replay(const Evidence& evidence);

/// The growth goes on evenly, but at less than 0.6 of the pace that raised the suspicion: part of
/// that was warm-up, or it dies away. The suspicion starts anew from here.
bool has_slowed(const Evidence& evidence);

/// The growth under suspicion is over: clean over the last quarter of the cycles, at least twelve.
bool has_stopped(const Evidence& evidence);
/// The longest latest part of a leak's steps that is even: while its first half is faster than its
/// second by a standard error, it had warm-up in it, and only the second counts.
std::span<const stats::Step> even_steps(std::span<const stats::Step> steps);
/// The steps that has_stopped looks at.
std::span<const stats::Step> latest_steps(std::span<const stats::Step> steps);

}  // namespace leakcheck::verdict
