#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {
namespace {

constexpr double kPaceKept = 0.6;

}  // namespace

bool has_slowed(const Evidence& evidence) {
  return evidence.suspicion && is_linear(evidence) &&
         evidence.window.trimmed < kPaceKept * evidence.suspicion->growth.trimmed;
}

}  // namespace leakcheck::verdict
