#include <cstddef>

#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {
namespace {

constexpr std::size_t kFewestSteps = 6;
/// Growth that comes by chance stays away for six cycles now and then.
constexpr std::size_t kFewestOfUneven = 16;
constexpr double kEven = 0.3;

bool is_even(const stats::Growth& growth) {
  return growth.spread < kEven * growth.trimmed * growth.requests / growth.steps;
}

}  // namespace

bool stops_on_replay(const Evidence& evidence) {
  const auto since = evidence.confirming_steps();
  if (!evidence.replayed) return false;
  const auto fewest = is_even(evidence.suspicion->growth) ? kFewestSteps : kFewestOfUneven;
  return since.size() >= fewest && is_clean(since, evidence.budget);
}

}  // namespace leakcheck::verdict
