#include "reporters/sparkline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace leakcheck::reporters {
namespace {

constexpr std::array kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

std::vector<double> join(const std::vector<double>& values, std::size_t columns) {
  if (values.size() <= columns) return values;
  std::vector<double> joined;
  for (std::size_t column = 0; column < columns; ++column) {
    const auto begin = static_cast<std::ptrdiff_t>(column * values.size() / columns);
    const auto end = static_cast<std::ptrdiff_t>((column + 1) * values.size() / columns);
    const double sum = std::accumulate(values.begin() + begin, values.begin() + end, 0.0);
    joined.push_back(sum / static_cast<double>(end - begin));
  }
  return joined;
}

}  // namespace

std::string render_sparkline(const std::vector<double>& values, int columns,
                             double smallest_range) {
  if (values.empty() || columns <= 0) return "";
  const std::vector<double> points = join(values, static_cast<std::size_t>(columns));
  const auto [low, high] = std::minmax_element(points.begin(), points.end());
  const double range = std::max(*high - *low, smallest_range);
  std::string line;
  for (const double point : points) {
    const double share = range > 0 ? (point - *low) / range : 0;
    const double level = std::floor(share * static_cast<double>(kBlocks.size()));
    line += kBlocks[static_cast<std::size_t>(std::clamp(level, 0.0, kBlocks.size() - 1.0))];
  }
  return line;
}

}  // namespace leakcheck::reporters
