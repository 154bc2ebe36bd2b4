#pragma once

#include <string>
#include <string_view>

#include "harness/model/outcome.hpp"
#include "harness/model/verdict.hpp"
#include "reporters/layout.hpp"

namespace leakcheck::reporters {

/// The first words of a report on a terminal.
struct Headline {
  static constexpr std::string_view kGood = "1;32";  ///< parameters of SGR
  static constexpr std::string_view kBad = "1;31";
  static constexpr std::string_view kOpen = "1;33";

  std::string_view words;
  std::string_view colour;
};

/// The same in all reports, for a run that did not come to its end. Those that came have words of
/// each report's own: "" here.
Headline headline_of(model::Ending ending);

/// "✓", "✗" or "?", in its colour.
std::string mark(model::CheckState state, const Paint& paint);

}  // namespace leakcheck::reporters
