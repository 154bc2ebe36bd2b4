#pragma once

#include <span>

/// Statistics that a few wild values cannot move far.
namespace leakcheck::stats {

/// The middle value; the mean of the two middle ones when their number is even.
/// Shape:  any order. No values: not a number.
/// Cost:   O(n).
double median(std::span<const double> values);

/// Median of the distances from the median (MAD). Times 1.4826 it estimates the standard deviation
/// of normally distributed values.
/// Shape:  any order. One value, or only equal ones: 0. No values: not a number.
/// Source: Hampel (1974), J. Am. Stat. Assoc. 69:383–393.
double median_absolute_deviation(std::span<const double> values);

/// Mean of what is left after cutting the lowest and the highest quarter: floor(n/4) values each.
/// Shape:  any order. Up to three values: nothing is cut. No values: not a number.
/// Source: Tukey and McLaughlin (1963), Sankhya A 25:331–352.
double trimmed_mean(std::span<const double> values);

/// Share of the values above zero, 0 to 1; a zero is not above. No values: 0.
double share_positive(std::span<const double> values);

}  // namespace leakcheck::stats
