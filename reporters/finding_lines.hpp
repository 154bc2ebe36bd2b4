#pragma once

#include <string>
#include <vector>

#include "harness/model/finding.hpp"
#include "reporters/page.hpp"

namespace leakcheck::reporters {

/// The small tree of a path, a step a line, each further in than the one before; 9 lines at most.
std::vector<std::string> draw_path(const std::vector<model::PathStep>& path, const Paint& paint,
                                   int width);

/// "src/users.js:12:7".
std::string show_place(const model::SourcePlace& place);

/// What leaks: the sentence, where it is written, the path, what was seen, and what to do; 24 lines
/// at most, and the block stays open.
void add_finding(Page& page, const model::Finding& finding);

}  // namespace leakcheck::reporters
