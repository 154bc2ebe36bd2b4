#pragma once

#include <string>
#include <vector>

namespace leakcheck::reporters {

/// The series as a row of ▁ to █, its lowest value at the bottom. Longer series are joined into
/// `columns` columns by their means.
/// Units:  `smallest_range` is the height that fills the line at least, in units of the values: it
///         keeps the noise of a flat series from looking like growth.
std::string render_sparkline(const std::vector<double>& values, int columns, double smallest_range);

}  // namespace leakcheck::reporters
