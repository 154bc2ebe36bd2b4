#include <cstddef>

#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {
namespace {

constexpr std::size_t kFewestSteps = 6;

}  // namespace

bool stops_on_replay(const Evidence& evidence) {
  const auto since = evidence.confirming_steps();
  return evidence.replayed && since.size() >= kFewestSteps && is_clean(since, evidence.budget);
}

}  // namespace leakcheck::verdict
