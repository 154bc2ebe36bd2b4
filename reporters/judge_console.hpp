#pragma once

#include <string>

#include "harness/model/judge_report.hpp"
#include "reporters/reporters.hpp"

namespace leakcheck::reporters {

/// A judged log for a person: answer, floors, numbers, what was dropped and what cannot be told.
std::string render_judge_console(const model::JudgeReport& report, const ConsoleStyle& style);

}  // namespace leakcheck::reporters
