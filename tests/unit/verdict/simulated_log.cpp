#include "tests/unit/verdict/simulated_log.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace leakcheck::tests {
namespace {

constexpr double kHour = 3600;
constexpr double kBytesPerRequest = 40e3;
constexpr double kBegin = 1.76e9;  // 2025

struct Life {
  const SimulatedService* settings;
  std::mt19937_64* source;
  double age = 0;
  double young = 0;
  double floating = 0;
  double leaked = 0;
  double buffers = 1e6;
  double wander = 0;
  double requests = 0;
  double limit = 0;

  const SimulatedService& service() const { return *settings; }

  double load_at(double at) const {
    const double turn = (at / kHour - service().swing_phase) / 24 * 2 * std::numbers::pi;
    return 1 + service().swing * std::sin(turn);
  }
  double settled() const { return service().live + service().warm_up + service().in_flight; }
  double live(double at) const {
    const double warm = service().warm_up * (1 - std::exp(-age / 400));
    const double cache = service().cache * (1 - std::exp(-age / (service().cache_hours * kHour)));
    return service().live * (1 + wander) + warm + cache + leaked +
           service().in_flight * load_at(at);
  }
  void collect(double at) {
    floating += service().promoted * young;
    young = 0;
    if (limit == 0) limit = live(at) * service().factor + 8e6;
    if (service().factor <= 0 || live(at) + floating < limit) return;
    floating = 0;
    limit = live(at) * service().factor + 8e6;
  }
  void pass(double at, double seconds) {
    const double load = load_at(at);
    age += seconds;
    requests += load * service().allocation / kBytesPerRequest * seconds;
    leaked += service().leak_percent / 100 * settled() / (6 * kHour) * load * seconds;
    buffers += service().buffers_percent / 100 * settled() / (6 * kHour) * load * seconds;
    std::normal_distribution<double> step(0, service().noise * 0.2);
    wander = 0.98 * wander + step(*source);
    double allocated = load * service().allocation * seconds;
    while (young + allocated >= service().young) {
      allocated -= service().young - young;
      young = service().young;
      collect(at);
    }
    young += allocated;
  }
  model::MemoryReading read(double at) const {
    model::MemoryReading reading;
    reading.at_s = kBegin + at;
    reading.heap_used = live(at) + floating + young;
    reading.heap_total = reading.heap_used * 1.2;
    reading.array_buffers = buffers;
    reading.external = buffers + 2e6;
    reading.rss = 40e6 + reading.heap_total + reading.external;
    if (service().counts_requests) reading.requests = std::floor(requests);
    return reading;
  }
};

}  // namespace

model::MemorySeries simulate_log(const SimulatedService& service, std::uint64_t seed) {
  std::mt19937_64 random(seed * 6364136223846793005U + 1442695040888963407U);
  std::uniform_real_distribution<double> jitter(0.8, 1.2);
  model::MemorySeries series;
  const auto begin_life = [&] { return Life{&service, &random}; };
  Life life = begin_life();
  series.parts.push_back({{}, ""});
  const double end = service.hours * kHour;
  for (double at = 0; at < end;) {
    const double step = service.interval_s * jitter(random);
    at += step;
    if (service.restart_hours > 0 && life.age > service.restart_hours * kHour) {
      life = begin_life();
      series.parts.push_back({{}, "restarted: its uptime fell"});
    }
    life.pass(at, step);
    const bool in_gap = std::abs(at - end / 2) < service.gap_hours * kHour / 2;
    if (!in_gap) series.parts.back().readings.push_back(life.read(at));
  }
  std::erase_if(series.parts, [](const auto& part) { return part.readings.empty(); });
  return series;
}

}  // namespace leakcheck::tests
