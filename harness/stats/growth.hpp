#pragma once

#include <span>

/// How fast a level grows, from the steps between its readings.
namespace leakcheck::stats {

/// The change of a level from one reading to the next, and the requests served in between.
struct Step {
  double bytes = 0;
  double requests = 0;  ///< above 0
};

/// Half the width of every interval, in standard errors: two-sided confidence 0.999 for normally
/// distributed errors.
inline constexpr double kSigmas = 3.3;
inline constexpr double kConfidence = 0.999;

/// What `s` is at least, bytes, and what a quarter-trimmed mean loses against a mean: below.
inline constexpr double kSmallestSpread = 64;
inline constexpr double kTrimmedLoss = 1.36;

/// Growth in bytes per request. With m steps d of N requests each:
///   trimmed        t   = trimmed_mean(d) / N
///   mean           g   = sum(d) / (m N): what the level really gained
///   spread         s   = max(1.4826 MAD(d), 64 B), bytes in a step
///   trimmed_error  se_t = 1.36 s / (sqrt(m) N)
///   mean_error     se_g = s / (m N)
/// `trimmed` does not see a few jumps up or down, `mean` sees nothing but the two ends; a leak
/// moves both. se_g is so much smaller because the errors of the readings in between cancel out.
/// Steps with different requests are taken per request first, and N is their mean.
/// Source: chosen by us and measured on services under Node.js 18 to 26. 1.36 is the loss of a
///         quarter-trimmed mean (1.09 for normal errors) with room for an `s` from few steps; 64 B
///         keeps a series that happens to be constant from claiming to be infinitely exact.
struct Growth {
  double trimmed = 0;
  double trimmed_first = 0;   ///< t of the first floor(m/2) steps
  double trimmed_second = 0;  ///< t of the others
  double mean = 0;
  double spread = 0;
  double trimmed_error = 0;
  double mean_error = 0;
  double share_positive = 0;  ///< of the steps
  /// Like `mean`, with every step that exceeds the trimmed one by more than 3.3 s cut down to
  /// that: a jump up cannot make good for what was given back.
  double capped_mean = 0;
  int steps = 0;
  double requests = 0;  ///< that the steps span

  double trimmed_low() const { return trimmed - kSigmas * trimmed_error; }
  double trimmed_high() const { return trimmed + kSigmas * trimmed_error; }
  double mean_low() const { return mean - kSigmas * mean_error; }
  double mean_high() const { return mean + kSigmas * mean_error; }
};

/// Shape:  in order of time. No steps: zeros with infinite errors, so that no rule can hold. One
///         step: both halves are the whole.
/// Cost:   O(n log n).
Growth estimate_growth(std::span<const Step> steps);

}  // namespace leakcheck::stats
