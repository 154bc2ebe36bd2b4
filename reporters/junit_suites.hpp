#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/model/run_report.hpp"

namespace leakcheck::reporters {

/// One testcase: what was judged, and what came out.
struct JunitCase {
  enum class Result { passed, failure, error, skipped };
  std::string name;
  double duration_ms = 0;
  Result result = Result::passed;
  std::string type;     ///< "leak", "out_of_memory", "budget_exceeded" …
  std::string message;  ///< one line; never empty unless passed
  std::string details;  ///< more lines, for the element's text
};

/// One scenario's run.
struct JunitSuite {
  std::string name;       ///< unique among the suites
  std::string file;       ///< the scenario's, below the working directory; else empty
  std::string timestamp;  ///< UTC without zone; empty when the record has none
  double duration_ms = 0;
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<JunitCase> cases;  ///< names are unique in the suite
  std::string system_out;        ///< at most 64 KB
};

/// The testcases of every run (reporters/README.md has the rules). Names are stable: they do not
/// depend on how the run went, as long as it got so far as to judge budgets and thresholds.
std::vector<JunitSuite> list_suites(const std::vector<model::RunReport>& reports);

}  // namespace leakcheck::reporters
