#pragma once

namespace leakcheck::stats {

/// The probability of at least `ups` of `ups + downs` signs being up when both are equally likely:
/// P(Bin(n, 1/2) >= ups). No signs: 1.
/// Cost:   O(n).
/// Source: Arbuthnot (1710), Phil. Trans. 27:186–190, as in every textbook (one-sided sign test).
double sign_test(int ups, int downs);

/// The most events that may have been expected when `events` were seen, with 95 % confidence,
/// one-sided: the rate of a Poisson process times what was looked at.
/// Units:  events, at least 0. Off by less than 0.4 %.
/// Source: Garwood (1936), Biometrika 28:437–442, half of the chi-squared quantile, by Wilson and
///         Hilferty's cube (1931), PNAS 17:684–688; exact for 0: ln 20.
double most_events_expected(int events);

}  // namespace leakcheck::stats
