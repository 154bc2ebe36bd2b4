#include "harness/load/distinct_counts.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace leakcheck::load {
namespace {

constexpr int kIndexBits = 14;
constexpr std::size_t kRegisters = std::size_t{1} << kIndexBits;

std::uint64_t hash(std::string_view value) {
  std::uint64_t mixed = std::hash<std::string_view>()(value);
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

}  // namespace

std::size_t DistinctCounts::slot_of(const std::string& name) {
  const auto known = std::find_if(counters_.begin(), counters_.end(),
                                  [&](const Counter& counter) { return counter.name == name; });
  if (known != counters_.end()) return static_cast<std::size_t>(known - counters_.begin());
  Counter& counter = counters_.emplace_back();
  counter.name = name;
  counter.registers.resize(kRegisters);
  return counters_.size() - 1;
}

void DistinctCounts::add(std::size_t slot, std::string_view value) {
  Counter& counter = counters_[slot];
  ++counter.uses;
  const std::uint64_t hashed = hash(value);
  std::uint8_t& present = counter.registers[hashed >> (64 - kIndexBits)];
  // The bit at the end keeps a run of zeros within the bits that are not the index.
  const std::uint64_t rest = hashed << kIndexBits | std::uint64_t{1} << (kIndexBits - 1);
  const auto run = static_cast<std::uint8_t>(std::countl_zero(rest) + 1);
  if (run <= present) return;
  counter.distinct += 1 / counter.change;
  counter.change -= (std::ldexp(1.0, -present) - std::ldexp(1.0, -run)) / kRegisters;
  present = run;
}

void DistinctCounts::clear() {
  for (Counter& counter : counters_) {
    counter.uses = 0;
    counter.distinct = 0;
    counter.change = 1;
    std::fill(counter.registers.begin(), counter.registers.end(), std::uint8_t{0});
  }
}

std::vector<model::VariableUse> DistinctCounts::summary() const {
  std::vector<model::VariableUse> out;
  for (const Counter& counter : counters_)
    out.push_back(
        {counter.name, counter.uses,
         std::min(counter.uses, static_cast<std::int64_t>(std::llround(counter.distinct)))});
  return out;
}

}  // namespace leakcheck::load
