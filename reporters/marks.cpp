#include "reporters/marks.hpp"

namespace leakcheck::reporters {

Headline headline_of(model::Ending ending) {
  using model::Ending;
  switch (ending) {
    case Ending::clean:
    case Ending::leak:
    case Ending::budget_exceeded:
    case Ending::inconclusive:
      break;
    case Ending::usage_wrong:
      return {"NOT RUN", Headline::kOpen};
    case Ending::scenario_wrong:
      return {"SCENARIO WRONG", Headline::kOpen};
    case Ending::target_failed:
      return {"TARGET FAILED", Headline::kBad};
    case Ending::load_invalid:
      return {"LOAD INVALID", Headline::kBad};
    case Ending::report_failed:
      return {"REPORT NOT WRITABLE", Headline::kBad};
    case Ending::internal_error:
      return {"INTERNAL ERROR", Headline::kBad};
    case Ending::interrupted:
      return {"INTERRUPTED", Headline::kOpen};
    case Ending::terminated:
      return {"TERMINATED", Headline::kOpen};
  }
  return {"", Headline::kOpen};
}

std::string mark(model::CheckState state, const Paint& paint) {
  switch (state) {
    case model::CheckState::passed:
      return paint.green("✓");
    case model::CheckState::failed:
      return paint.red("✗");
    case model::CheckState::inconclusive:
      return paint.yellow("?");
  }
  return " ";
}

}  // namespace leakcheck::reporters
