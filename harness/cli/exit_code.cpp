#include "harness/cli/exit_code.hpp"

#include <algorithm>

namespace leakcheck::cli {
namespace {

int rank(model::Ending ending) {
  using model::Ending;
  switch (ending) {
    case Ending::clean:
      return 0;
    case Ending::report_failed:
      return 1;
    case Ending::inconclusive:
      return 2;
    case Ending::load_invalid:
      return 3;
    case Ending::target_failed:
      return 4;
    case Ending::budget_exceeded:
      return 5;
    case Ending::leak:
      return 6;
    case Ending::scenario_wrong:
      return 7;
    case Ending::usage_wrong:
      return 8;
    case Ending::internal_error:
      return 9;
    case Ending::interrupted:
      return 10;
    case Ending::terminated:
      return 11;
  }
  return 12;
}

}  // namespace

int exit_code(model::Ending ending) {
  using model::Ending;
  switch (ending) {
    case Ending::clean:
      return 0;
    case Ending::leak:
    case Ending::budget_exceeded:
      return 1;
    case Ending::usage_wrong:
    case Ending::scenario_wrong:
      return 2;
    case Ending::target_failed:
      return 3;
    case Ending::load_invalid:
      return 4;
    case Ending::inconclusive:
      return 5;
    case Ending::report_failed:
      return 6;
    case Ending::internal_error:
      return 70;
    case Ending::interrupted:
      return 130;
    case Ending::terminated:
      return 143;
  }
  return 70;
}

int exit_code(const std::vector<model::Ending>& endings) {
  const auto worst =
      std::max_element(endings.begin(), endings.end(),
                       [](model::Ending a, model::Ending b) { return rank(a) < rank(b); });
  return worst == endings.end() ? 0 : exit_code(*worst);
}

}  // namespace leakcheck::cli
