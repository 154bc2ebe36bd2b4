#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/run_report.hpp"

namespace leakcheck::load {

/// How many different values each variable had. Small numbers are exact, or off by one or two;
/// large ones are off by 0.65 % (standard deviation).
/// Cost:   16 KB for a variable, however many values.
/// Source: HyperLogLog's registers (Flajolet et al., 2007, AofA: 137–156), read by the historic
///         inverse probability estimator (Cohen, 2015, IEEE TKDE 27:2320–2334; Ting, 2014, KDD:
///         442–451): each change of a register counts as many values as it took on average. For
///         one stream it needs no correction for small numbers, and errs a fifth less.
///         Hash: the standard library's (MurmurHash64A in GCC's), because it is quick on short
///         texts; its bits are mixed once more (splitmix64), because both ends of it are used.
class DistinctCounts {
 public:
  /// The slot of a variable, by its name: the same for the same name.
  std::size_t slot_of(const std::string& name);
  void add(std::size_t slot, std::string_view value);

  /// Forgets the values, not the variables.
  void clear();
  /// In the order of the slots; also variables that were never used.
  std::vector<model::VariableUse> summary() const;

 private:
  struct Counter {
    std::string name;
    std::int64_t uses = 0;
    std::vector<std::uint8_t> registers;  // the longest run of zeros, plus one
    double distinct = 0;
    double change = 1;  // the probability that a new value changes a register
  };

  std::vector<Counter> counters_;
};

}  // namespace leakcheck::load
