#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/agent/agent_hub.hpp"

namespace leakcheck::agent {

/// What the agents tell of their work, beside numbers: modules replaced, and what was not possible.
class Notes {
 public:
  explicit Notes(std::vector<std::string> modules);

  /// As the agent reads them from its environment; "" when there are none.
  std::string modules() const;
  const std::vector<StandIn>& stand_ins() const { return stand_ins_; }
  /// Whole sentences.
  std::vector<std::string> problems() const;

  void add_uses(const std::string& module, std::int64_t uses);
  void add_left_out(int threads);  ///< of one collection
  void add_problem(const std::string& problem);

 private:
  std::vector<StandIn> stand_ins_;
  std::vector<std::string> problems_;
  int most_left_out_ = 0;
};

}  // namespace leakcheck::agent
