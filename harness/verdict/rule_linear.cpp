#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {
namespace {

constexpr double kShareUp = 0.8;
constexpr double kPaceKept = 0.6;

}  // namespace

bool is_linear(const stats::Growth& growth, double budget) {
  return growth.trimmed_low() > budget && growth.share_positive >= kShareUp &&
         growth.trimmed_second >= kPaceKept * growth.trimmed_first;
}

bool is_linear(const Evidence& evidence) {
  return is_linear(evidence.window, evidence.budget);
}

}  // namespace leakcheck::verdict
