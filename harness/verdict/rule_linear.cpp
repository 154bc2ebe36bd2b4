#include "harness/verdict/rules.hpp"

namespace leakcheck::verdict {
namespace {

constexpr double kShareUp = 0.8;
constexpr double kPaceKept = 0.6;

}  // namespace

bool is_linear(const Evidence& evidence) {
  const stats::Growth& window = evidence.window;
  return window.trimmed_low() > evidence.budget && window.share_positive >= kShareUp &&
         window.trimmed_second >= kPaceKept * window.trimmed_first;
}

}  // namespace leakcheck::verdict
