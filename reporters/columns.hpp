#pragma once

#include <string>
#include <vector>

#include "reporters/layout.hpp"

namespace leakcheck::reporters {

/// A column of numbers beside names.
struct Column {
  std::string head;
  int rank = 0;  ///< what matters least goes first when the terminal is narrow: the highest
  std::vector<std::string> cells{};

  int width() const;
};

/// Names to the left, columns to the right, the head dim; names are cut when there is no room.
/// Shape: as many cells in every column as there are names, which are clean lines.
std::vector<std::string> lay_out(const std::string& head, const std::vector<std::string>& names,
                                 std::vector<Column> columns, const Paint& paint, int width);

}  // namespace leakcheck::reporters
