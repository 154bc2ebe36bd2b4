#include "harness/run/honesty.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/bytes.hpp"

namespace leakcheck::run {
namespace {

/// Above this share of one core, we may be what is slow. Source: chosen by us.
constexpr double kBusyCore = 0.9;
/// Arrivals are counted from the first, so that short loads miss one of them.
constexpr double kKeptShare = 0.98;
constexpr double kLateMs = 1;
constexpr double kLateShare = 0.1;

std::string users(int vus) {
  return vus == 1 ? "the only virtual user was" : fmt::format("all {} virtual users were", vus);
}

}  // namespace

std::vector<std::string> list_doubts(const model::LoadSummary& load, int vus, double starting_ms) {
  std::vector<std::string> out;
  if (load.cpu_share >= kBusyCore)
    out.push_back(
        fmt::format("leakcheck itself used {:.0f} % of a core: the service could take more than "
                    "this",
                    100 * load.cpu_share));
  if (load.wanted_rate <= 0) return out;

  const double kept = 1000 * static_cast<double>(load.iterations) / std::max(starting_ms, 1.0);
  if (kept < kKeptShare * load.wanted_rate)
    out.push_back(fmt::format("the rate was not kept: {} of {} iterations/s", format_grouped(kept),
                              format_grouped(load.wanted_rate)));
  if (load.dropped_iterations > 0)
    out.push_back(fmt::format("{} iterations were dropped, because {} at work; raise load.vus",
                              format_grouped(load.dropped_iterations), users(vus)));
  if (load.late_iterations > 0)
    out.push_back(fmt::format("{} of {} iterations began late, because {} at work; raise load.vus",
                              format_grouped(load.late_iterations), format_grouped(load.iterations),
                              users(vus)));
  if (load.lateness.p99_ms > std::max(kLateMs, kLateShare * load.latency.p99_ms))
    out.push_back(
        fmt::format("leakcheck itself was late: one request in a hundred was sent {:.1f} ms or "
                    "more after it was due; this machine is too busy",
                    load.lateness.p99_ms));
  return out;
}

}  // namespace leakcheck::run
