#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "harness/base/bytes.hpp"
#include "reporters/layout.hpp"
#include "reporters/numbers.hpp"
#include "reporters/reporters.hpp"

namespace leakcheck::reporters {
namespace {

constexpr int kPhaseWidth = 8;
constexpr std::string_view kGap = "  ";

/// What the line shows after the phase, in the order of the line. What matters least goes first
/// when the terminal is narrow: the higher the rank, the sooner.
struct Part {
  std::string text;
  int rank = 0;
};

std::vector<Part> list_parts(const model::Progress& progress) {
  std::vector<Part> parts;
  // Nothing is sent while memory settles: how long it takes is all there is to see.
  const bool idle =
      progress.phase == model::Phase::settle || progress.phase == model::Phase::explain;
  if ((progress.cycle > 0 && !idle) || progress.phase == model::Phase::measure ||
      progress.phase == model::Phase::confirm) {
    // Confirming a suspicion may take more cycles than the scenario's.
    const bool counts_down = progress.phase != model::Phase::replay &&
                             progress.phase != model::Phase::explore &&
                             progress.phase != model::Phase::routes;
    parts.push_back({counts_down && progress.max_cycles >= progress.cycle && progress.max_cycles > 0
                         ? fmt::format("cycle {}/{}", progress.cycle, progress.max_cycles)
                         : fmt::format("cycle {}", progress.cycle),
                     0});
  }
  if (progress.requests > 0) parts.push_back({count_of(progress.requests, "request"), 2});
  if (progress.heap_used) parts.push_back({"heap " + format_bytes(*progress.heap_used), 3});
  if (progress.requests_per_second > 0 && !idle)
    parts.push_back({format_rate(progress.requests_per_second) + "/s", 4});
  if (progress.bytes_per_request)
    parts.push_back({format_bytes(*progress.bytes_per_request) + "/request", 1});
  if (progress.phase == model::Phase::launch || progress.phase == model::Phase::stop || idle)
    parts.push_back({format_elapsed(progress.at_ms), 5});
  return parts;
}

int width_of(const std::vector<Part>& parts) {
  int width = kPhaseWidth;
  for (const Part& part : parts)
    width += static_cast<int>(kGap.size()) + static_cast<int>(part.text.size());
  return width;
}

}  // namespace

std::string render_progress_line(const model::Progress& progress, const ConsoleStyle& style) {
  std::vector<Part> parts = list_parts(progress);
  while (!parts.empty() && width_of(parts) > style.width)
    parts.erase(std::max_element(parts.begin(), parts.end(),
                                 [](const Part& a, const Part& b) { return a.rank < b.rank; }));
  const std::string phase(model::to_string(progress.phase));
  const Paint paint(style.color);
  std::string line =
      paint.cyan(cut(parts.empty() ? phase : pad_right(phase, kPhaseWidth), style.width));
  for (const Part& part : parts) line += std::string(kGap) + part.text;
  return line;
}

}  // namespace leakcheck::reporters
