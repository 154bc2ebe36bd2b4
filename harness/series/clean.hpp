#pragma once

#include "harness/series/draft.hpp"

namespace leakcheck::series {

/// Puts the readings of a draft in order: one time scale, one unit, one series a process, late
/// lines in their place, a part for each life of the process. All that is changed or dropped is
/// said in notes.
model::SeriesLog clean(Draft draft);

/// The readings of one series, cut where a restart shows or nothing was written for most of the
/// time.
std::vector<model::SeriesPart> split_lives(std::vector<model::MemoryReading> readings);

}  // namespace leakcheck::series
